using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

[TestFixture]
internal sealed class SafetensorsTests
{
    private const int FuzzRounds = 3000;

    private string folder = "";

    private static IEnumerable<TestCaseData> BrokenHeaders =>
    [
        Broken("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "not JSON"),
        Broken("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", 8, "not JSON"),
        Broken("[]", 0, "the header is a JSON object: expected an object, got an array"),
        Broken("", 0, "not JSON"),
        Broken("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7,
            "tensor 'a': data ends inside the file: expected at most 7 bytes of data, got end 8"),
        Broken("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9,
            "data belongs to tensors to its last byte: expected 8 bytes, got 9"),
        Broken("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12,
            "tensor 'a': data has no holes: expected begin 0, got begin 4"),
        Broken("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12,
            "tensor 'b': tensors do not overlap"),
        Broken("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8,
            "tensor 'a': data_offsets: expected [begin, end] in order, got [8, 0]"),
        Broken("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "tensor 'a': data_offsets"),
        Broken("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "tensor 'a': bytes of F32 [3]: expected 12, got 8"),
        Broken("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'a': dtype is one this library reads"),
        Broken("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'a': dtype: expected a string, got a number"),
        Broken("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8,
            "tensor 'a': shape, element 0: expected a whole number from 0, got -2"),
        Broken("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "got 2.5"),
        Broken("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "tensor 'a': shape: expected an array"),
        Broken("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", 8, "tensor 'a': shape, element 0"),
        Broken("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0,
            "tensor 'a': the extents' product fits 64 bits"),
        Broken("""{"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,0]}}""", 0, "expected 36893488147419103232, got 0"),
        Broken("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "tensor 'a': an entry is complete"),
        Broken("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'a': fields are unique"),
        Broken("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0,
            "tensor 'a': names are unique"),
        Broken("""{"a":5}""", 0, "tensor 'a': the entry is a JSON object"),
        Broken("""{"__metadata__":{"k":1}}""", 0, "value of 'k': expected a string"),
        Broken("""{"__metadata__":{},"__metadata__":{}}""", 0, "names are unique"),
        Broken("""{"\ud800":{}}""", 0, "not UTF-8"),
    ];

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("safetensors").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(folder, true);

    [Test]
    public void What_is_written_is_read_back()
    {
        string path = Path.Combine(folder, "model.safetensors");
        float[] weights = [1, -2.5f, float.MaxValue, float.Epsilon, 0, -0f];
        var writer = new SafetensorsWriter { Metadata = { ["format"] = "pt", ["name"] = "größe \"x\"" } };
        writer.Add("weight", [2, 3], weights);
        writer.Add("steps", [], new long[] { long.MinValue });
        writer.Add("empty", [0, 4], ReadOnlyMemory<float>.Empty);
        writer.Save(path);
        writer.Save(path);
        Assert.That(Directory.GetFiles(folder), Is.EqualTo(new[] { path }));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(File.ReadAllBytes(path)) % 8, Is.Zero);
        using SafetensorsFile file = SafetensorsFile.Read(path);
        Assert.That(string.Join("; ", file.Tensors), Is.EqualTo("steps I64 []; weight F32 [2, 3]; empty F32 [0, 4]"));
        Assert.That(file.Metadata, Is.EquivalentTo(writer.Metadata));
        Assert.That(file.ReadFloats("weight").Select(BitConverter.SingleToInt32Bits),
            Is.EqualTo(weights.Select(BitConverter.SingleToInt32Bits)));
        Assert.That(file.ReadIntegers("steps"), Is.EqualTo(new[] { long.MinValue }));
        Assert.That(file.ReadFloats("empty"), Is.Empty);
    }

    [Test]
    public void Tensors_longer_than_the_buffer_are_read_whole()
    {
        string path = Path.Combine(folder, "long.safetensors");
        float[] values = [.. Enumerable.Range(0, 100_003).Select(i => (float)i)];
        var writer = new SafetensorsWriter();
        writer.Add("a", [100_003], values);
        writer.Add("b", [100_003], values.Select(v => (long)v).ToArray());
        writer.Save(path);
        using SafetensorsFile file = SafetensorsFile.Read(path);
        Assert.That(file.ReadFloats("a"), Is.EqualTo(values));
        Assert.That(file.ReadFloats("b"), Is.EqualTo(values));
        Assert.That(file.ReadIntegers("b"), Is.EqualTo(values));
    }

    [TestCase("F16", "003C00C0", new float[] { 1, -2 })]
    [TestCase("BF16", "803F00C0", new float[] { 1, -2 })]
    [TestCase("F32", "0000803F000000C0", new float[] { 1, -2 })]
    [TestCase("F64", "000000000000F03F00000000000000C0", new float[] { 1, -2 })]
    [TestCase("I64", "0100000000000000FEFFFFFFFFFFFFFF", new float[] { 1, -2 })]
    [TestCase("I32", "01000000FEFFFFFF", new float[] { 1, -2 })]
    [TestCase("I16", "0100FEFF", new float[] { 1, -2 })]
    [TestCase("I8", "01FE", new float[] { 1, -2 })]
    [TestCase("U8", "01FE", new float[] { 1, 254 })]
    [TestCase("U16", "0100FEFF", new float[] { 1, 65534 })]
    [TestCase("U32", "01000000FEFFFFFF", new float[] { 1, 4294967294 })]
    [TestCase("U64", "0100000000000000FEFFFFFFFFFFFF7F", new float[] { 1, 9.223372e18f })]
    [TestCase("BOOL", "0001", new float[] { 0, 1 })]
    public void Every_type_is_read(string type, string hex, float[] expected)
    {
        byte[] data = Convert.FromHexString(hex);
        string json = $$$"""{"a":{"dtype":"{{{type}}}","shape":[2],"data_offsets":[0,{{{data.Length}}}]}}""";
        using SafetensorsFile file = SafetensorsFile.Read(WriteFile(json, data));
        Assert.That(file.ReadFloats("a"), Is.EqualTo(expected));
        if (type is "F16" or "BF16" or "F32" or "F64")
            Assert.That(() => file.ReadIntegers("a"), Throws.TypeOf<GpuNetException>().With.Message.Contains($"got {type}"));
        else
            Assert.That(file.ReadIntegers("a").Select(v => (float)v), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(BrokenHeaders))]
    public void Malformed_files_are_refused(string json, int dataBytes, string message)
    {
        string path = WriteFile(json, new byte[dataBytes]);
        Assert.That(() => SafetensorsFile.Read(path),
            Throws.TypeOf<GpuNetException>().With.Message.Contains(message).And.Message.Contains(path));
    }

    [TestCase(new byte[0], "at least 8 bytes, got 0")]
    [TestCase(new byte[] { 1, 2, 3 }, "at least 8 bytes, got 3")]
    [TestCase(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 123 }, "truncated inside the header: expected at least 17 bytes, got 9")]
    [TestCase(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, "at most 100000000 bytes, got 18446744073709551615")]
    [TestCase(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, (byte)'{', 0xFF, (byte)'}' }, "not JSON")]
    public void Malformed_starts_are_refused(byte[] bytes, string message)
    {
        string path = Path.Combine(folder, "broken");
        File.WriteAllBytes(path, bytes);
        Assert.That(() => SafetensorsFile.Read(path), Throws.TypeOf<GpuNetException>().With.Message.Contains(message));
    }

    [Test]
    public void Missing_files_tensors_and_folders_are_named()
    {
        string missing = Path.Combine(folder, "missing");
        Assert.That(() => SafetensorsFile.Read(missing), Throws.TypeOf<GpuNetException>().With.Message.Contains(missing));
        Assert.That(() => SafetensorsFile.Read(folder), Throws.TypeOf<GpuNetException>().With.Message.Contains(folder));
        Assert.That(() => new SafetensorsWriter().Save(Path.Combine(missing, "x")),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("cannot be written"));
        using SafetensorsFile file = SafetensorsFile.Read(WriteFile("{}", []));
        Assert.That(() => file.ReadFloats("weight"), Throws.TypeOf<GpuNetException>().With.Message.Contains("no tensor 'weight'"));
    }

    [Test]
    public void Failed_saving_leaves_nothing_behind()
    {
        string path = Path.Combine(folder, "taken");
        Directory.CreateDirectory(Path.Combine(path, "inside"));
        Assert.That(() => new SafetensorsWriter().Save(path), Throws.TypeOf<GpuNetException>());
        Assert.That(Directory.GetFileSystemEntries(folder), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void Wrong_tensors_are_not_taken()
    {
        var writer = new SafetensorsWriter();
        writer.Add("a", [2], new float[2]);
        Assert.That(() => writer.Add("a", [2], new float[2]), Throws.TypeOf<GpuNetException>().With.Message.Contains("'a'"));
        Assert.That(() => writer.Add("__metadata__", [2], new float[2]), Throws.TypeOf<GpuNetException>());
        Assert.That(() => writer.Add("b", [2, 3], new float[5]),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("expected 6, got 5"));
        Assert.That(() => writer.Add("c", [-2, -3], new float[6]), Throws.TypeOf<GpuNetException>().With.Message.Contains("not negative"));
        Assert.That(() => writer.Add("d", [1L << 62, 1L << 62, 1L << 62], new float[6]), Throws.TypeOf<GpuNetException>());
    }

    [Test]
    public void Corrupted_files_are_read_or_refused()
    {
        string path = Path.Combine(folder, "fuzz");
        var writer = new SafetensorsWriter { Metadata = { ["k"] = "v" } };
        writer.Add("a", [2, 3], new float[6]);
        writer.Add("b", [3], new long[3]);
        writer.Save(path);
        byte[] good = File.ReadAllBytes(path);
        int seed = Environment.TickCount, read = 0;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < FuzzRounds; round++)
        {
            File.WriteAllBytes(path, Corrupt(good, random));
            try
            {
                using SafetensorsFile file = SafetensorsFile.Read(path);
                foreach (SafetensorsTensor tensor in file.Tensors)
                    Assert.That(file.ReadFloats(tensor.Name), Has.Length.EqualTo(tensor.Elements));
                read++;
            }
            catch (GpuNetException e)
            {
                Assert.That(e.Message, Does.StartWith(path));
            }
        }
        Assert.That(read, Is.InRange(1, FuzzRounds - 1));
    }

    private static byte[] Corrupt(byte[] good, Random random)
    {
        byte[] bytes = random.Next(4) == 0 ? good[..random.Next(good.Length)] : [.. good];
        for (int change = random.Next(1, 4); change > 0 && bytes.Length > 0; change--)
        {
            int at = random.Next(bytes.Length);
            // Half of the changes keep the header's alphabet, which gets them past the JSON reader.
            bytes[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789,:[]{}\"-.FIUB"[random.Next(23)];
        }
        return bytes;
    }

    private static TestCaseData Broken(string json, int dataBytes, string message) =>
        new TestCaseData(json, dataBytes, message).SetArgDisplayNames(json.Length == 0 ? "empty" : json);

    private string WriteFile(string json, byte[] data)
    {
        string path = Path.Combine(folder, "file.safetensors");
        byte[] header = Encoding.UTF8.GetBytes(json);
        var size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, header.Length);
        File.WriteAllBytes(path, [.. size, .. header, .. data]);
        return path;
    }
}
