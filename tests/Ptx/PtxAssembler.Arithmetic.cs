using System.Numerics;

namespace GpuNet.Tests.Ptx;

internal static partial class PtxAssembler
{
    // Approximate functions are computed exactly: what a card loses there is within the tolerances of the tests.
    private static readonly Dictionary<string, Func<ulong, ulong>> Unary = new()
    {
        ["mov"] = static a => a,
        ["neg.f32"] = static a => Bits(-Float(a)),
        ["neg.s32"] = static a => (uint)-(int)a,
        ["neg.s64"] = static a => (ulong)-(long)a,
        ["abs.f32"] = static a => Bits(MathF.Abs(Float(a))),
        ["abs.s32"] = static a => (uint)Math.Abs((long)(int)a),
        ["not.b32"] = static a => ~(uint)a,
        ["not.b64"] = static a => ~a,
        ["not.pred"] = static a => ~a & 1,
        ["rcp.f32"] = static a => Bits(1f / Float(a)),
        ["sqrt.f32"] = static a => Bits(MathF.Sqrt(Float(a))),
        ["rsqrt.f32"] = static a => Bits((float)(1 / Math.Sqrt(Float(a)))),
        ["ex2.f32"] = static a => Bits((float)Math.Pow(2, Float(a))),
        ["lg2.f32"] = static a => Bits((float)Math.Log2(Float(a))),
        ["sin.f32"] = static a => Bits((float)Math.Sin(Float(a))),
        ["cos.f32"] = static a => Bits((float)Math.Cos(Float(a))),
        ["tanh.f32"] = static a => Bits((float)Math.Tanh(Float(a))),
        ["popc.b32"] = static a => (ulong)BitOperations.PopCount((uint)a),
        ["clz.b32"] = static a => (ulong)BitOperations.LeadingZeroCount((uint)a),
    };

    private static readonly Dictionary<string, Func<ulong, ulong, ulong>> Binary = new()
    {
        ["add.i32"] = static (a, b) => (uint)(a + b),
        ["add.i64"] = static (a, b) => a + b,
        ["add.f32"] = static (a, b) => Bits(Float(a) + Float(b)),
        ["sub.i32"] = static (a, b) => (uint)(a - b),
        ["sub.i64"] = static (a, b) => a - b,
        ["sub.f32"] = static (a, b) => Bits(Float(a) - Float(b)),
        ["mul.lo.i32"] = static (a, b) => (uint)(a * b),
        ["mul.lo.i64"] = static (a, b) => a * b,
        ["mul.wide.u32"] = static (a, b) => (ulong)(uint)a * (uint)b,
        ["mul.wide.s32"] = static (a, b) => (ulong)((long)(int)a * (int)b),
        ["mul.hi.u32"] = static (a, b) => ((ulong)(uint)a * (uint)b) >> 32,
        ["mul.hi.s32"] = static (a, b) => (uint)(((long)(int)a * (int)b) >> 32),
        ["mul.f32"] = static (a, b) => Bits(Float(a) * Float(b)),
        ["div.u32"] = static (a, b) => (uint)a / NotZero((uint)b),
        ["div.s32"] = static (a, b) => (uint)((int)a / (long)(int)NotZero((uint)b)),
        ["div.u64"] = static (a, b) => a / NotZero(b),
        ["div.s64"] = static (a, b) => (ulong)((long)a / (long)NotZero(b)),
        ["div.f32"] = static (a, b) => Bits(Float(a) / Float(b)),
        ["rem.u32"] = static (a, b) => (uint)a % NotZero((uint)b),
        ["rem.s32"] = static (a, b) => (uint)((int)a % (long)(int)NotZero((uint)b)),
        ["rem.u64"] = static (a, b) => a % NotZero(b),
        ["rem.s64"] = static (a, b) => (ulong)((long)a % (long)NotZero(b)),
        ["min.s32"] = static (a, b) => (uint)Math.Min((int)a, (int)b),
        ["max.s32"] = static (a, b) => (uint)Math.Max((int)a, (int)b),
        ["min.u32"] = static (a, b) => Math.Min((uint)a, (uint)b),
        ["max.u32"] = static (a, b) => Math.Max((uint)a, (uint)b),
        ["min.s64"] = static (a, b) => (ulong)Math.Min((long)a, (long)b),
        ["max.s64"] = static (a, b) => (ulong)Math.Max((long)a, (long)b),
        ["min.f32"] = static (a, b) => float.IsNaN(Float(a)) ? b : float.IsNaN(Float(b)) ? a : Bits(MathF.Min(Float(a), Float(b))),
        ["max.f32"] = static (a, b) => float.IsNaN(Float(a)) ? b : float.IsNaN(Float(b)) ? a : Bits(MathF.Max(Float(a), Float(b))),
        ["and"] = static (a, b) => a & b,
        ["or"] = static (a, b) => a | b,
        ["xor"] = static (a, b) => a ^ b,
        ["shl.b32"] = static (a, b) => (uint)b > 31 ? 0 : (uint)a << (int)b,
        ["shl.b64"] = static (a, b) => (uint)b > 63 ? 0 : a << (int)b,
        ["shr.u32"] = static (a, b) => (uint)b > 31 ? 0 : (uint)a >> (int)b,
        ["shr.b32"] = static (a, b) => (uint)b > 31 ? 0 : (uint)a >> (int)b,
        ["shr.s32"] = static (a, b) => (uint)((int)a >> (int)Math.Min((uint)b, 31)),
        ["shr.u64"] = static (a, b) => (uint)b > 63 ? 0 : a >> (int)b,
        ["shr.s64"] = static (a, b) => (ulong)((long)a >> (int)Math.Min((uint)b, 63)),
    };

    private static readonly Dictionary<string, Func<ulong, ulong, ulong, ulong>> Ternary = new()
    {
        ["mad.lo.i32"] = static (a, b, c) => (uint)((a * b) + c),
        ["mad.lo.i64"] = static (a, b, c) => (a * b) + c,
        ["mad.wide.u32"] = static (a, b, c) => ((ulong)(uint)a * (uint)b) + c,
        ["mad.wide.s32"] = static (a, b, c) => (ulong)((long)(int)a * (int)b) + c,
        ["fma.f32"] = static (a, b, c) => Bits(MathF.FusedMultiplyAdd(Float(a), Float(b), Float(c))),
        ["selp"] = static (a, b, p) => (p & 1) != 0 ? a : b,
    };

    private static float Float(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static ulong Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private static uint NotZero(uint divisor) => divisor != 0 ? divisor : throw new PtxFault("division by zero");

    private static ulong NotZero(ulong divisor) => divisor != 0 ? divisor : throw new PtxFault("division by zero");

    private static PtxOperation Arithmetic(PtxStatement statement)
    {
        string[] names = [.. Names(statement.Opcode)];
        foreach (string name in names)
        {
            if (Unary.TryGetValue(name, out Func<ulong, ulong>? unary))
                return Lanes(statement, name == "mov" ? Narrow(statement, unary) : unary);
            if (Binary.TryGetValue(name, out Func<ulong, ulong, ulong>? binary))
                return Lanes(statement, name is "and" or "or" or "xor" ? Narrow(statement, binary) : binary);
            if (Ternary.TryGetValue(name, out Func<ulong, ulong, ulong, ulong>? ternary))
                return Lanes(statement, ternary);
        }
        throw Unknown(statement);
    }

    // A constant has 64 bits in its row, the register that takes it may have 32.
    private static Func<ulong, ulong> Narrow(PtxStatement statement, Func<ulong, ulong> of)
    {
        ulong mask = Mask(statement);
        return a => of(a) & mask;
    }

    private static Func<ulong, ulong, ulong> Narrow(PtxStatement statement, Func<ulong, ulong, ulong> of)
    {
        ulong mask = Mask(statement);
        return (a, b) => of(a, b) & mask;
    }

    private static ulong Mask(PtxStatement statement) => statement.Opcode.Split('.')[^1] switch
    {
        "pred" => 1,
        "b16" or "u16" or "s16" => ushort.MaxValue,
        "b64" or "u64" or "s64" => ulong.MaxValue,
        "b32" or "u32" or "s32" or "f32" => uint.MaxValue,
        _ => throw Unknown(statement),
    };

    // The names under which the tables may have an instruction: without what makes no difference here, by the width of integers where
    // their sign makes none, and without a type where bits are bits.
    private static IEnumerable<string> Names(string opcode)
    {
        string name = opcode.Replace(".ftz", "", StringComparison.Ordinal).Replace(".approx", "", StringComparison.Ordinal)
            .Replace(".full", "", StringComparison.Ordinal).Replace(".rn.f32", ".f32", StringComparison.Ordinal);
        yield return name;
        string[] parts = name.Split('.');
        if (parts[^1] is ['u' or 's', .. string width])
            yield return string.Join('.', parts[..^1]) + ".i" + width;
        if (parts[0] is "mov" or "and" or "or" or "xor" or "selp" && parts.Length == 2)
            yield return parts[0];
    }

    private static Func<ulong, ulong, ulong> Comparison(string how, string type, PtxStatement statement)
    {
        if (type == "f32")
            return FloatComparison(how, statement);
        Func<ulong, ulong, int> order = type switch
        {
            "s32" => static (a, b) => ((int)a).CompareTo((int)b),
            "u32" or "b32" => static (a, b) => ((uint)a).CompareTo((uint)b),
            "s64" => static (a, b) => ((long)a).CompareTo((long)b),
            "u64" or "b64" => static (a, b) => a.CompareTo(b),
            _ => throw Unknown(statement),
        };
        return how switch
        {
            "eq" => (a, b) => order(a, b) == 0 ? 1u : 0,
            "ne" => (a, b) => order(a, b) != 0 ? 1u : 0,
            "lt" or "lo" => (a, b) => order(a, b) < 0 ? 1u : 0,
            "le" or "ls" => (a, b) => order(a, b) <= 0 ? 1u : 0,
            "gt" or "hi" => (a, b) => order(a, b) > 0 ? 1u : 0,
            "ge" or "hs" => (a, b) => order(a, b) >= 0 ? 1u : 0,
            _ => throw Unknown(statement),
        };
    }

    // Those that end in u also hold where one of the two is not a number.
    private static Func<ulong, ulong, ulong> FloatComparison(string how, PtxStatement statement) => how switch
    {
        "eq" => static (a, b) => Float(a) == Float(b) ? 1u : 0,
        "ne" => static (a, b) => Float(a) < Float(b) || Float(a) > Float(b) ? 1u : 0,
        "lt" => static (a, b) => Float(a) < Float(b) ? 1u : 0,
        "le" => static (a, b) => Float(a) <= Float(b) ? 1u : 0,
        "gt" => static (a, b) => Float(a) > Float(b) ? 1u : 0,
        "ge" => static (a, b) => Float(a) >= Float(b) ? 1u : 0,
        "equ" => static (a, b) => Float(a) < Float(b) || Float(a) > Float(b) ? 0u : 1,
        "neu" => static (a, b) => Float(a) == Float(b) ? 0u : 1,
        "ltu" => static (a, b) => Float(a) >= Float(b) ? 0u : 1,
        "leu" => static (a, b) => Float(a) > Float(b) ? 0u : 1,
        "gtu" => static (a, b) => Float(a) <= Float(b) ? 0u : 1,
        "geu" => static (a, b) => Float(a) < Float(b) ? 0u : 1,
        "nan" => static (a, b) => float.IsNaN(Float(a)) || float.IsNaN(Float(b)) ? 1u : 0,
        "num" => static (a, b) => float.IsNaN(Float(a)) || float.IsNaN(Float(b)) ? 0u : 1,
        _ => throw Unknown(statement),
    };
}
