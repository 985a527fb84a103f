namespace GpuNet.Tests.Ptx;

internal static partial class PtxAssembler
{
    private static readonly Dictionary<string, Func<ulong, ulong>> Conversions = new()
    {
        ["cvt.rn.f32.s32"] = static a => Bits((int)a),
        ["cvt.rn.f32.u32"] = static a => Bits((uint)a),
        ["cvt.rn.f32.s64"] = static a => Bits((long)a),
        ["cvt.rn.f32.u64"] = static a => Bits(a),
        ["cvt.rzi.s32.f32"] = static a =>
            (uint)(int)Math.Clamp(double.IsNaN(Float(a)) ? 0 : Math.Truncate(Float(a)), int.MinValue, int.MaxValue),
        ["cvt.rzi.u32.f32"] = static a => (uint)Math.Clamp(double.IsNaN(Float(a)) ? 0 : Math.Truncate(Float(a)), 0, uint.MaxValue),
        ["cvt.rmi.f32.f32"] = static a => Bits(MathF.Floor(Float(a))),
        ["cvt.rpi.f32.f32"] = static a => Bits(MathF.Ceiling(Float(a))),
        ["cvt.rzi.f32.f32"] = static a => Bits(MathF.Truncate(Float(a))),
        ["cvt.rni.f32.f32"] = static a => Bits(MathF.Round(Float(a))),
        ["cvt.u64.u32"] = static a => (uint)a,
        ["cvt.s64.s32"] = static a => (ulong)(int)a,
        ["cvt.u64.s32"] = static a => (ulong)(int)a,
        ["cvt.s64.u32"] = static a => (uint)a,
        ["cvt.u32.u64"] = static a => (uint)a,
        ["cvt.s32.s64"] = static a => (uint)a,
        ["cvt.s32.u64"] = static a => (uint)a,
        ["cvt.u32.s64"] = static a => (uint)a,
        ["cvt.u32.u16"] = static a => (ushort)a,
        ["cvt.s32.u16"] = static a => (ushort)a,
        ["cvt.u16.s32"] = static a => (ushort)a,
        ["cvt.u16.u32"] = static a => (ushort)a,
        ["cvt.u32.u8"] = static a => (byte)a,
        ["cvt.u8.u32"] = static a => (byte)a,
        ["cvt.rna.tf32.f32"] = static a => TensorFloat((uint)a),
        ["cvt.rn.bf16.f32"] = static a => BrainFloat((uint)a),
    };

    /// <summary>A float32 rounded to the 10 bits of mantissa of tf32, ties away from zero.</summary>
    public static uint TensorFloat(uint bits) =>
        float.IsFinite(BitConverter.UInt32BitsToSingle(bits)) ? (bits + 0x1000) & ~0x1FFFu : bits & ~0x1FFFu;

    /// <summary>A float32 rounded to the 7 bits of mantissa of bfloat16, ties to even.</summary>
    public static uint BrainFloat(uint bits) =>
        float.IsNaN(BitConverter.UInt32BitsToSingle(bits)) ? 0x7FFF : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;

    private static PtxOperation Convert(PtxStatement statement)
    {
        // The first source becomes the upper half.
        if (statement.Opcode == "cvt.rn.bf16x2.f32")
            return Lanes(statement, static (a, b) => (BrainFloat((uint)a) << 16) | BrainFloat((uint)b));
        string name = statement.Opcode.Replace(".ftz", "", StringComparison.Ordinal);
        return Conversions.TryGetValue(name, out Func<ulong, ulong>? conversion) ? Lanes(statement, conversion) : throw Unknown(statement);
    }
}
