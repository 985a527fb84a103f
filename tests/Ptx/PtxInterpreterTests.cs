using NUnit.Framework;

namespace GpuNet.Tests.Ptx;

/// <summary>The interpreter itself, on code written by hand: what it computes, and what it refuses.</summary>
[TestFixture]
internal sealed unsafe class PtxInterpreterTests
{
    private const string Registers = ".reg .pred %p<4>; .reg .b32 %r<16>; .reg .b64 %rd<8>; .reg .f32 %f<24>;";

    // %rd1 is x, %rd2 is y, %r1 the thread, %rd3 and %rd4 the places of x[thread] and y[thread].
    private const string Prologue = Registers + """
        ld.param.b64 %rd1, [_x]; cvta.to.global.u64 %rd1, %rd1;
        ld.param.b64 %rd2, [_y]; cvta.to.global.u64 %rd2, %rd2;
        mov.b32 %r1, %tid.x; mul.wide.u32 %rd5, %r1, 4;
        add.u64 %rd3, %rd1, %rd5; add.u64 %rd4, %rd2, %rd5;

        """;

    private static IEnumerable<TestCaseData> Faults =>
    [
        new TestCaseData("ld.global.f32 %f1, [%rd3+4];").Returns("view"),
        new TestCaseData("ld.global.f32 %f1, [%rd3+-4];").Returns("view"),
        new TestCaseData("ld.global.v4.f32 {%f1,%f2,%f3,%f4}, [%rd3];").Returns("is not aligned"),
        new TestCaseData("st.global.f32 [%rd2], 0f00000000;").Returns("no barrier"),
        new TestCaseData("ld.global.f32 %f1, [%rd2+8]; st.global.f32 [%rd4], %f1;").Returns("no barrier"),
        new TestCaseData(".shared .align 4 .b8 tile[512]; ld.shared.f32 %f1, [tile];").Returns("before anything was written"),
        new TestCaseData(".shared .align 4 .b8 tile[512]; ld.shared.f32 %f1, [tile+512];").Returns("outside"),
        new TestCaseData(".shared .align 4 .b8 tile[512]; st.shared.v4.f32 [tile], {%f1,%f1,%f1,%f1};").Returns("is not aligned"),
        new TestCaseData(
            ".shared .align 4 .b8 tile[512]; mov.b64 %rd6, tile; add.u64 %rd6, %rd6, %rd5; "
            + "st.shared.f32 [%rd6], %f1; ld.shared.f32 %f1, [tile+4];")
            .Returns("no barrier"),
        new TestCaseData("setp.eq.s32 %p1, %r1, 3; @%p1 bra L; bar.sync 0; L: ret;").Returns("have ended"),
        new TestCaseData("setp.eq.s32 %p1, %r1, 3; @%p1 bra L; bar.sync 0; bra M; L: bar.sync 0; M: ret;")
            .Returns("31 threads (the first is 0) wait at the barrier"),
        new TestCaseData(
            "setp.eq.s32 %p1, %r1, 3; @%p1 ret; "
            + "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f0,%f1,%f2,%f3}, {%r2,%r2,%r2,%r2}, {%r2,%r2}, {%f0,%f1,%f2,%f3};")
            .Returns("32 lanes"),
        new TestCaseData(
            "mov.b32 %r2, 0f3F800001; "
            + "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f0,%f1,%f2,%f3}, {%r2,%r2,%r2,%r2}, {%r2,%r2}, {%f0,%f1,%f2,%f3};")
            .Returns("not rounded to tf32"),
        new TestCaseData("L: bra L;").Returns("for ever"),
        new TestCaseData("div.s32 %r2, %r1, 0;").Returns("division by zero"),
        new TestCaseData("vote.sync.any.pred %p1, %p2, 0;").Returns("does not know this instruction"),
        new TestCaseData("add.f32 %f1, %f2, %f3 mul.f32 %f1, %f2, %f3;").Returns("semicolon"),
        new TestCaseData("add.f32 %f1, %f2, %nothing;").Returns("No such register"),
        new TestCaseData("add.f32 %f1, %f2, %f3").Returns("semicolon"),
        new TestCaseData(".shared .align 4 .b8 tile[49156]; st.shared.f32 [tile], %f1;").Returns("shared memory"),
        new TestCaseData(".shared .align 16 .b8 tile[16]; setp.eq.s32 %p1, %r1, 0; @%p1 cp.async.cg.shared.global [tile], [%rd1], 16;")
            .Returns("never waited for"),
        new TestCaseData(
            ".shared .align 16 .b8 tile[16]; setp.ne.s32 %p1, %r1, 0; @%p1 bra L; cp.async.cg.shared.global [tile], [%rd1], 16; "
            + "cp.async.commit_group; L: bar.sync 0; ld.shared.f32 %f1, [tile]; cp.async.wait_group 0;")
            .Returns("under way"),
    ];

    [TestCaseSource(nameof(Faults))]
    public string Faults_are_named(string body)
    {
        PtxFault fault = Assert.Throws<PtxFault>(() => Run(body, new float[32], 32))!;
        string[] known = ["view", "is not aligned", "no barrier", "before anything was written", "outside", "have ended", "32 lanes",
            "not rounded to tf32", "for ever", "division by zero", "does not know this instruction", "No such register", "semicolon",
            "shared memory", "never waited for", "under way", "31 threads (the first is 0) wait at the barrier"];
        return known.FirstOrDefault(k => fault.Message.Contains(k, StringComparison.Ordinal)) ?? fault.Message;
    }

    [Test]
    public void Lanes_that_part_meet_again()
    {
        // Thread t adds 1 t times, then all read their neighbour's sum.
        float[] y = Run("""
            .shared .align 4 .b8 tile[256];
            mov.b32 %r2, 0;
            L: setp.ge.s32 %p1, %r2, %r1; @%p1 bra M;
            add.s32 %r2, %r2, 1; bra L;
            M: cvt.rn.f32.s32 %f1, %r2;
            mov.b64 %rd6, tile; add.u64 %rd7, %rd6, %rd5; st.shared.f32 [%rd7], %f1;
            bar.sync 0;
            xor.b32 %r3, %r1, 1; mul.wide.u32 %rd7, %r3, 4; add.u64 %rd7, %rd6, %rd7; ld.shared.f32 %f2, [%rd7];
            st.global.f32 [%rd4], %f2;
            """, new float[40], 40);
        Assert.That(y, Is.EqualTo(Enumerable.Range(0, 40).Select(t => (float)(t ^ 1))));
    }

    [Test]
    public void Blocks_have_registers_of_their_own()
    {
        float[] y = Run("""
            mov.f32 %f1, 0f3F800000;
            { .reg .f32 %f1, sum<2>; mov.f32 %f1, 0f40000000; mov.f32 sum1, %f1; }
            st.global.f32 [%rd4], %f1;
            """, new float[4], 4);
        Assert.That(y, Is.All.EqualTo(1f));
    }

    [Test]
    public void Asynchronous_copies_arrive_when_they_are_waited_for()
    {
        float[] x = [.. Enumerable.Range(0, 32).Select(i => i + 1f)];
        float[] y = Run("""
            .shared .align 16 .b8 tile[128];
            mov.b64 %rd6, tile; add.u64 %rd7, %rd6, %rd5;
            setp.ge.s32 %p1, %r1, 8; shl.b32 %r2, %r1, 4; cvt.u64.u32 %rd5, %r2; add.u64 %rd6, %rd6, %rd5; add.u64 %rd1, %rd1, %rd5;
            @%p1 bra L;
            setp.eq.s32 %p2, %r1, 7; selp.b32 %r3, 8, 16, %p2;
            cp.async.cg.shared.global [%rd6], [%rd1], 16, %r3; cp.async.commit_group; cp.async.wait_group 0;
            L: bar.sync 0;
            ld.shared.f32 %f1, [%rd7]; st.global.f32 [%rd4], %f1;
            """, x, 32);
        Assert.That(y, Is.EqualTo(x.Select((v, i) => i < 30 ? v : 0f)));
    }

    [Test]
    public void Matrix_units_multiply_where_the_fragments_say()
    {
        // A is 16 x 8 in x, B 8 x 8 behind it, C 16 x 8 in y: laid out here by the formulas for rows and columns, not the interpreter's.
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, 192).Select(_ => (float)random.Next(-8, 9))];
        float[] y = Run("""
            shr.u32 %r2, %r1, 2; and.b32 %r3, %r1, 3;
            shl.b32 %r4, %r2, 5; shl.b32 %r5, %r3, 2; add.s32 %r4, %r4, %r5; cvt.u64.u32 %rd5, %r4; add.u64 %rd5, %rd1, %rd5;
            ld.global.b32 %r6, [%rd5]; ld.global.b32 %r7, [%rd5+256]; ld.global.b32 %r8, [%rd5+16]; ld.global.b32 %r9, [%rd5+272];
            shl.b32 %r4, %r3, 5; shl.b32 %r5, %r2, 2; add.s32 %r4, %r4, %r5; cvt.u64.u32 %rd5, %r4; add.u64 %rd5, %rd1, %rd5;
            ld.global.b32 %r10, [%rd5+512]; ld.global.b32 %r11, [%rd5+640];
            mov.f32 %f1, 0f3F800000;
            mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f2,%f3,%f4,%f5}, {%r6,%r7,%r8,%r9}, {%r10,%r11}, {%f1,%f1,%f1,%f1};
            shl.b32 %r4, %r2, 5; shl.b32 %r5, %r3, 3; add.s32 %r4, %r4, %r5; cvt.u64.u32 %rd5, %r4; add.u64 %rd5, %rd2, %rd5;
            st.global.v2.f32 [%rd5], {%f2,%f3}; st.global.v2.f32 [%rd5+256], {%f4,%f5};
            """, x, 32, 128);
        for (int i = 0; i < 16; i++)
        {
            for (int j = 0; j < 8; j++)
                Assert.That(y[(8 * i) + j], Is.EqualTo(1 + Enumerable.Range(0, 8).Sum(k => x[(8 * i) + k] * x[128 + (8 * k) + j])),
                    $"{i}, {j}");
        }
    }

    [TestCase(1f, 1f, 1f)]
    [TestCase(1.0004883f, 1.0009766f, 1f)]
    [TestCase(-1.0004883f, -1.0009766f, -1f)]
    [TestCase(1.00390625f, 1.00390625f, 1f)]
    [TestCase(1.01171875f, 1.01171875f, 1.015625f)]
    [TestCase(float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity)]
    public void Narrow_formats_round_to_the_nearest(float x, float tensorFloat, float brainFloat)
    {
        float[] y = Run("""
            ld.global.f32 %f1, [%rd3];
            cvt.rna.tf32.f32 %r2, %f1; st.global.b32 [%rd4], %r2;
            cvt.rn.bf16x2.f32 %r3, %f1, %f1; and.b32 %r3, %r3, -65536; st.global.b32 [%rd4+4], %r3;
            """, [x], 1, 2);
        Assert.That(y, Is.EqualTo(new[] { tensorFloat, brainFloat }));
    }

    // One group; returns y, which is as long as x or as said.
    private static float[] Run(string body, float[] x, int threads, int results = 0)
    {
        var kernel = new PtxKernel($$"""
            .visible .entry Kernel(.param .align 8 .b8 _x[16], .param .align 8 .b8 _y[16])
            .maxntid 128, 1, 1
            {
            {{Prologue}}{{body}}
            ret;
            }
            """);
        var memory = new PtxMemory();
        var parameters = new byte[32];
        var y = new float[results > 0 ? results : x.Length];
        fixed (float* first = x, second = y)
        {
            BitConverter.TryWriteBytes(parameters,
                memory.Add((byte*)first, x.Length * sizeof(float), 0, new PtxShadow(x.Length * sizeof(float)), "x"));
            BitConverter.TryWriteBytes(parameters.AsSpan(16),
                memory.Add((byte*)second, y.Length * sizeof(float), 0, new PtxShadow(y.Length * sizeof(float)), "y"));
            kernel.Run(memory, parameters, new GroupCount(1), threads);
        }
        return y;
    }
}
