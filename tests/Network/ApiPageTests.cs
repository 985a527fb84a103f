using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>
/// <c>docs/api.md</c> lists the public types and members, so that a change of them is seen in a review. With GPUNET_WRITE_API=1 in the
/// environment the test writes the page instead.
/// </summary>
[TestFixture]
internal sealed partial class ApiPageTests
{
    private static readonly Assembly[] Assemblies =
        [typeof(Device).Assembly, typeof(Window).Assembly, typeof(Plan).Assembly, typeof(SampleSet).Assembly, typeof(Model).Assembly];

    [Test]
    public void The_page_lists_the_public_api()
    {
        string path = Path.Combine(ReadmeTests.Root(), "docs", "api.md");
        string page = Page();
        if (Environment.GetEnvironmentVariable("GPUNET_WRITE_API") == "1")
            File.WriteAllText(path, page);
        Assert.That(File.ReadAllText(path), Is.EqualTo(page), "run this test with GPUNET_WRITE_API=1, and look at what it changes");
    }

    private static string Page()
    {
        var page = new StringBuilder();
        page.AppendLine("# Public API").AppendLine()
            .AppendLine("What programs can use, by namespace and room, with the first sentence of what it says of itself. "
                + "The rest is in the")
            .AppendLine("documentation comments, which editors show. Generated; a test compares it with the assemblies.");
        Dictionary<string, string> summaries = Summaries();
        var types = Assemblies.SelectMany(a => a.GetExportedTypes().Where(t => t.DeclaringType is null)).ToList();
        foreach (var space in types.GroupBy(t => t.Namespace!).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## Namespace {space.Key}");
            foreach (var room in space.GroupBy(t => t.Assembly.GetName().Name!["GpuNet.".Length..]))
            {
                page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"### {room.Key}");
                foreach (Type type in room.OrderBy(t => t.Name, StringComparer.Ordinal))
                    Describe(page, type, summaries);
            }
        }
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Describe(StringBuilder page, Type type, Dictionary<string, string> summaries)
    {
        string kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.GetMethod("<Clone>$") is not null ? "record"
            : type.IsValueType ? "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : "class";
        string modifier = kind is "class" or "record" && type is { IsAbstract: true } ? "abstract " : "";
        string sentence = Sentence(summaries, "T:" + type.FullName);
        page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"**{modifier}{kind} {Name(type)}**{sentence}").AppendLine();
        if (type.IsEnum)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"    {string.Join(", ", Enum.GetNames(type))}");
            return;
        }
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<string> lines = type.GetConstructors(Own).Where(Written).Select(c => $"{Name(type)}({Parameters(c)})")
            .Concat(type.GetFields(Own).Where(f => f.IsLiteral).Select(f => $"const {Name(f.FieldType)} {f.Name}"))
            .Concat(type.GetProperties(Own).Where(Written).Select(Property).Order(StringComparer.Ordinal))
            .Concat(type.GetEvents(Own).Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}"))
            .Concat(type.GetMethods(Own)
                .Where(m => !m.IsSpecialName && Written(m) && m.Name is not ("ToString" or "Equals" or "GetHashCode" or "Dispose"
                    or "GetEnumerator" or "Deconstruct" or "PrintMembers"))
                .Select(m => $"{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)} {m.Name}{Arguments(m)}({Parameters(m)})")
                .Order(StringComparer.Ordinal));
        foreach (string line in lines)
            page.AppendLine(CultureInfo.InvariantCulture, $"    {line}");
    }

    private static bool Written(MemberInfo member) =>
        !member.Name.Contains('<', StringComparison.Ordinal)
        && member.Name != "EqualityContract"
        && member.GetCustomAttribute<CompilerGeneratedAttribute>() is null;

    private static string Property(PropertyInfo p)
    {
        MethodInfo? set = p.SetMethod is { IsPublic: true } s ? s : null;
        bool init = set?.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit") == true;
        string index = p.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Parameter))}]" : "";
        bool isStatic = (p.GetMethod ?? p.SetMethod)!.IsStatic;
        string setter = set is null ? "" : init ? " init;" : " set;";
        return $"{(isStatic ? "static " : "")}{Name(p.PropertyType)} {(index.Length > 0 ? "this" : p.Name)}{index} {{ get;{setter} }}";
    }

    private static string Arguments(MethodInfo m) =>
        m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase m) => string.Join(", ", m.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo p)
    {
        bool isParams = p.GetCustomAttribute<ParamArrayAttribute>() is not null
            || p.GetCustomAttribute<ParamCollectionAttribute>() is not null;
        string value = p.HasDefaultValue ? $" = {Default(p.DefaultValue)}" : "";
        return $"{(isParams ? "params " : "")}{Name(p.ParameterType)} {p.Name}{value}";
    }

    private static string Default(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsPointer || type.IsArray)
            return Name(type.GetElementType()!) + (type.IsArray ? "[]" : "*");
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (type.IsGenericType)
            return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
        return type.Name switch
        {
            "Single" => "float",
            "Int32" => "int",
            "Int64" => "long",
            "UInt32" => "uint",
            "UInt64" => "ulong",
            "Double" => "double",
            "Boolean" => "bool",
            "String" => "string",
            "Byte" => "byte",
            "Void" => "void",
            "Object" => "object",
            _ => type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name,
        };
    }

    private static Dictionary<string, string> Summaries() => Assemblies
        .SelectMany(a => XDocument.Load(Path.ChangeExtension(a.Location, ".xml")).Descendants("member"))
        .Where(m => m.Element("summary") is not null)
        .ToDictionary(m => m.Attribute("name")!.Value, m => Text(m.Element("summary")!));

    private static string Text(XElement summary)
    {
        string text = string.Concat(summary.Nodes().Select(n => n switch
        {
            XElement { Name.LocalName: "see" or "paramref" or "typeparamref" } e =>
                Reference((e.Attribute("cref") ?? e.Attribute("name") ?? e.Attribute("langword"))?.Value ?? ""),
            XElement { Name.LocalName: "code" } => "",
            XElement e => e.Value,
            _ => n.ToString(SaveOptions.DisableFormatting),
        }));
        return Spaces().Replace(text, " ").Trim();
    }

    private static string Reference(string cref) => cref.Split('(')[0].Split('.')[^1].Split('`')[0].Split(':')[^1];

    private static string Sentence(Dictionary<string, string> summaries, string member)
    {
        if (!summaries.TryGetValue(member, out string? text))
            return "";
        Match end = EndOfSentence().Match(text);
        return " - " + (end.Success ? text[..(end.Index + 1)] : text);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    // Not behind "et al." and the like: a sentence goes on with a capital.
    [GeneratedRegex(@"(?<!\bal|\be\.g|\bi\.e)\.(?= [A-Z<])")]
    private static partial Regex EndOfSentence();
}
