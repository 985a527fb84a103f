using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

[TestFixture]
internal sealed class MemoryLayoutTests
{
    [Test]
    public void Buffers_that_live_together_never_overlap()
    {
        Gen<(int Bytes, int First, int Length)> buffer =
            from bytes in Gen.Choose(1, 5000)
            from first in Gen.Choose(0, 40)
            from length in Gen.Choose(0, 15)
            select (bytes, first, length);
        Prop.ForAll(Arb.From(Gen.ListOf(buffer)), buffers =>
        {
            var layout = new MemoryLayout();
            int[] ids = [.. buffers.Select(b => layout.Add(b.Bytes, b.First, b.First + b.Length))];
            layout.Plan();
            for (int i = 0; i < ids.Length; i++)
            {
                long start = layout.Offset(ids[i]), end = start + Arena.Align(buffers[i].Bytes);
                if (start % Arena.Alignment != 0 || end > layout.Bytes)
                    return false;
                for (int j = 0; j < i; j++)
                {
                    bool together = buffers[i].First <= buffers[j].First + buffers[j].Length
                        && buffers[j].First <= buffers[i].First + buffers[i].Length;
                    if (together && start < layout.Offset(ids[j]) + Arena.Align(buffers[j].Bytes) && layout.Offset(ids[j]) < end)
                        return false;
                }
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void A_chain_needs_two_buffers()
    {
        var layout = new MemoryLayout();
        for (int i = 0; i < 10; i++)
            layout.Add(1024, i, i + 1);
        layout.Plan();
        Assert.That(layout.Bytes, Is.EqualTo(2048));
    }
}
