using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// One kernel of a PTX module as text, read: its parameters, variables, registers and statements. Names declared within braces hold
/// until the closing one, as in inline assembly.
/// </summary>
internal sealed partial class PtxSource
{
    // Neither address is 0, and neither is better aligned than it was declared.
    private const int FirstShared = 4096, SharedGap = 32;

    private readonly List<Dictionary<string, int>> scopes = [new()];
    private readonly Dictionary<ulong, int> constants = [];
    private readonly Dictionary<string, int> special = [];
    private readonly Dictionary<string, int> labels = [];
    private readonly List<PtxStatement> statements = [];
    private readonly List<PtxVariable> parameters = [], shared = [], local = [];
    private int parameterBytes, sharedEnd = FirstShared, localBytes;

    /// <summary>Reads the only kernel of a module.</summary>
    /// <exception cref="PtxFault">Something in it is unknown.</exception>
    public PtxSource(string module)
    {
        string text = Comment().Replace(module, "");
        Match entry = Entry().Match(text);
        if (!entry.Success || Entry().Count(text) != 1 || text.Contains(".func", StringComparison.Ordinal))
            throw new PtxFault("The interpreter takes a module of one .entry and no .func.");
        Name = entry.Groups[1].Value;
        MaxThreads = MaxThreadsDirective().Match(text) is { Success: true } max
            ? int.Parse(max.Groups[1].Value, CultureInfo.InvariantCulture)
            : 1024;
        const StringSplitOptions Trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string parameter in entry.Groups[2].Value.Split(',', Trimmed))
            parameters.Add(Declare(parameter, ref parameterBytes, 0));
        int open = text.IndexOf('{', entry.Index + entry.Length), close = text.LastIndexOf('}');
        ReadBody(text[(open + 1)..close]);
    }

    public string Name { get; }

    /// <summary>Most threads of a group.</summary>
    public int MaxThreads { get; }

    public IReadOnlyList<PtxVariable> Parameters => parameters;

    public IReadOnlyList<PtxVariable> Shared => shared;

    public IReadOnlyList<PtxVariable> Local => local;

    public int ParameterBytes => parameterBytes;

    public int SharedEnd => sharedEnd;

    public int LocalBytes => localBytes;

    public IReadOnlyList<PtxStatement> Statements => statements;

    public IReadOnlyDictionary<string, int> Labels => labels;

    /// <summary>Rows that hold a constant.</summary>
    public IReadOnlyDictionary<ulong, int> Constants => constants;

    /// <summary>Rows that hold a special register.</summary>
    public IReadOnlyDictionary<string, int> Special => special;

    /// <summary>Rows of 32 lanes that a warp needs.</summary>
    public int Rows { get; private set; }

    private void ReadBody(string body)
    {
        foreach (Match match in Statement().Matches(body))
        {
            string text = Space().Replace(match.Value, " ").Trim();
            if (text.Length == 0)
                continue;
            if (text == "{")
                scopes.Add(new());
            else if (text == "}")
                scopes.RemoveAt(scopes.Count - 1);
            else if (text.EndsWith(':'))
                labels.Add(text[..^1].Trim(), statements.Count);
            else
                Read(text.EndsWith(';') ? text[..^1].Trim() : throw new PtxFault($"A semicolon is missing: {text}"));
        }
        if (scopes.Count != 1)
            throw new PtxFault("Braces do not match.");
    }

    private void Read(string text)
    {
        if (text.Length == 0 || text.StartsWith(".loc ", StringComparison.Ordinal) || text.StartsWith(".pragma", StringComparison.Ordinal))
            return;
        if (text.StartsWith(".reg", StringComparison.Ordinal))
            DeclareRegisters(text);
        else if (text.StartsWith(".shared", StringComparison.Ordinal))
            shared.Add(Declare(text, ref sharedEnd, SharedGap));
        else if (text.StartsWith(".local", StringComparison.Ordinal))
            local.Add(Declare(text, ref localBytes, SharedGap));
        else if (Instruction().Match(text) is { Success: true } match)
            statements.Add(new PtxStatement(
                match.Groups["guard"].Success ? Register(match.Groups["guard"].Value) : -1, match.Groups["not"].Length > 0,
                match.Groups["op"].Value, [.. Split(match.Groups["rest"].Value).Select(Operand)], text));
        else
            throw new PtxFault($"Not understood: {text}");
    }

    private void DeclareRegisters(string text)
    {
        Match match = Registers().Match(text);
        if (!match.Success)
            throw new PtxFault($"Not understood: {text}");
        foreach (string name in match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (RegisterRange().Match(name) is not { Success: true } range)
                scopes[^1].Add(name, Rows++);
            else
                for (int i = 0; i < int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture); i++)
                    scopes[^1].Add(range.Groups[1].Value + i.ToString(CultureInfo.InvariantCulture), Rows++);
        }
    }

    // As little aligned as was asked for: an address that is a multiple of more would hide what a card may refuse.
    private static PtxVariable Declare(string text, ref int end, int gap)
    {
        Match match = Variable().Match(text);
        if (!match.Success)
            throw new PtxFault($"Not understood: {text}");
        int size = int.Parse(match.Groups["bits"].Value, CultureInfo.InvariantCulture) / 8;
        int align = match.Groups["align"].Success ? int.Parse(match.Groups["align"].Value, CultureInfo.InvariantCulture) : size;
        int bytes = size * (match.Groups["count"].Success ? int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) : 1);
        int address = (end + align - 1) / align * align;
        if (gap > 0 && address % (2 * align) == 0)
            address += align;
        end = address + bytes + gap;
        return new PtxVariable(match.Groups["name"].Value, address, bytes);
    }

    private PtxOperand Operand(string text)
    {
        if (text.StartsWith('{'))
            return new PtxVector(
                [.. Split(text[1..^1]).Select(t => Operand(t) as PtxRegister ?? throw new PtxFault($"Not a register: {t}"))]);
        if (text.StartsWith('['))
        {
            Match match = AddressForm().Match(text);
            if (!match.Success)
                throw new PtxFault($"Not an address: {text}");
            string name = match.Groups[1].Value;
            string digits = match.Groups[2].Value.Replace(" ", "", StringComparison.Ordinal);
            long offset = match.Groups[2].Success
                ? long.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
                : 0;
            return TryRegister(name, out int row) ? new PtxAddress(row, null, offset) : new PtxAddress(-1, name, offset);
        }
        if (text.Contains(' ', StringComparison.Ordinal))
            throw new PtxFault($"A semicolon is missing in: {text}");
        if (TryRegister(text, out int register))
            return new PtxRegister(register);
        if (text.StartsWith('%'))
            return new PtxRegister(RowOf(special, text));
        return TryConstant(text, out ulong value) ? new PtxRegister(RowOf(constants, value)) : new PtxName(text);
    }

    private static bool TryConstant(string text, out ulong value)
    {
        value = 0;
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase) || text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        bool whole = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
        value = (ulong)number;
        return whole;
    }

    private int RowOf<T>(Dictionary<T, int> rows, T key)
        where T : notnull
    {
        if (!rows.TryGetValue(key, out int row))
            rows.Add(key, row = Rows++);
        return row;
    }

    private bool TryRegister(string name, out int row)
    {
        for (int i = scopes.Count - 1; i >= 0; i--)
        {
            if (scopes[i].TryGetValue(name, out row))
                return true;
        }
        row = -1;
        return false;
    }

    private int Register(string name) => TryRegister(name, out int row) ? row : throw new PtxFault($"No such register: {name}");

    // At the commas outside braces and brackets.
    private static IEnumerable<string> Split(string operands)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < operands.Length; i++)
        {
            depth += operands[i] is '{' or '[' ? 1 : operands[i] is '}' or ']' ? -1 : 0;
            if (operands[i] == ',' && depth == 0)
            {
                yield return operands[start..i].Trim();
                start = i + 1;
            }
        }
        if (operands[start..].Trim() is { Length: > 0 } last)
            yield return last;
    }

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"\.entry\s+(\w+)\s*\(([^)]*)\)")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.maxntid\s+(\d+)")]
    private static partial Regex MaxThreadsDirective();

    // A label, a brace that opens or closes a block, or a statement up to its semicolon with the braces of its vectors.
    [GeneratedRegex(@"\s*[\w$]+:|\s*\{|\s*\}|\s*[@.\w](?:[^;{}]|\{[^;{}]*\})*;?|\s*;")]
    private static partial Regex Statement();

    [GeneratedRegex(@"^(?:@(?<not>!?)(?<guard>%?\w+)\s+)?(?<op>[a-z][\w.:]*)\s*(?<rest>.*)$")]
    private static partial Regex Instruction();

    [GeneratedRegex(@"^\.reg\s+\.\w+\s+(.+)$")]
    private static partial Regex Registers();

    [GeneratedRegex(@"^(.+)<(\d+)>$")]
    private static partial Regex RegisterRange();

    [GeneratedRegex(
        @"^\.(?:param|shared|local)\s+(?:\.align\s+(?<align>\d+)\s+)?\.[bfsu](?<bits>\d+)\s+(?<name>\w+)(?:\[(?<count>\d+)\])?$")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\[\s*([%\w]+)\s*(?:\+?\s*(-?\s*\d+))?\s*\]$")]
    private static partial Regex AddressForm();
}
