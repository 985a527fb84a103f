namespace GpuNet;

/// <summary>
/// The ten outlines as signed distances: negative inside, never larger in size than the true distance to the edge, so a pixel
/// farther from the edge than its own half diagonal is known to be wholly inside or outside. Each fits the unit circle.
/// Formulas after Quilez, "2D distance functions" (iquilezles.org/articles/distfunctions2d).
/// </summary>
/// <remarks>Only + - * / and square roots, which IEEE 754 rounds exactly: images are the same bytes on every platform.</remarks>
internal static class ShapeOutline
{
    private static readonly float[] Triangle = [0f, -1f, 0.8660254f, 0.5f, -0.8660254f, 0.5f];
    private static readonly float[] Square = [-0.7f, -0.7f, 0.7f, -0.7f, 0.7f, 0.7f, -0.7f, 0.7f];
    private static readonly float[] Pentagon = Regular(0.95f, 0.95f);
    private static readonly float[] Star = Regular(1f, 0.42f);
    private static readonly float[] Cross = Plus(0.95f, 0.3f);
    private static readonly float[] Arrow =
        [-1f, -0.2f, 0.05f, -0.2f, 0.05f, -0.65f, 1f, 0f, 0.05f, 0.65f, 0.05f, 0.2f, -1f, 0.2f];

    /// <summary>Signed distance from (x, y) to the outline of a class, in units of the shape's radius.</summary>
    public static float Distance(int label, float x, float y) => label switch
    {
        0 => Length(x, y) - 0.85f,
        1 => MathF.Abs(Length(x, y) - 0.72f) - 0.22f,
        2 => MathF.Max(Length(x, y) - 0.95f, 0.8f - Length(x - 0.5f, y)),
        3 => Polygon(Triangle, x, y),
        4 => Polygon(Square, x, y),
        5 => Polygon(Pentagon, x, y),
        6 => Polygon(Star, x, y),
        7 => Polygon(Cross, x, y),
        8 => 1.55f * Heart(x / 1.55f, 0.52f - y / 1.55f),
        9 => Polygon(Arrow, x, y),
        _ => throw new ArgumentOutOfRangeException(nameof(label), label, "expected a label 0..9"),
    };

    private static float Length(float x, float y) => MathF.Sqrt(x * x + y * y);

    /// <summary>Distance to the nearest edge; the sign flips at each edge a ray from (x, y) crosses.</summary>
    private static float Polygon(float[] v, float x, float y)
    {
        float nearest = float.MaxValue;
        bool inside = false;
        float jx = v[^2], jy = v[^1];
        for (int i = 0; i < v.Length; i += 2)
        {
            float ix = v[i], iy = v[i + 1];
            float ex = jx - ix, ey = jy - iy, wx = x - ix, wy = y - iy;
            float t = MathF.Min(MathF.Max((wx * ex + wy * ey) / (ex * ex + ey * ey), 0f), 1f);
            float dx = wx - t * ex, dy = wy - t * ey;
            nearest = MathF.Min(nearest, dx * dx + dy * dy);
            if (iy > y != jy > y && x < ex * (y - iy) / ey + ix)
                inside = !inside;
            jx = ix;
            jy = iy;
        }
        return inside ? -MathF.Sqrt(nearest) : MathF.Sqrt(nearest);
    }

    /// <summary>A heart with its point at the origin, two quarter circles on a turned square; about 1.1 high.</summary>
    private static float Heart(float x, float y)
    {
        x = MathF.Abs(x);
        if (y + x > 1f)
            return Length(x - 0.25f, y - 0.75f) - 0.35355338f;
        float half = 0.5f * MathF.Max(x + y, 0f);
        float ax = x, ay = y - 1f, bx = x - half, by = y - half;
        float distance = MathF.Sqrt(MathF.Min(ax * ax + ay * ay, bx * bx + by * by));
        return x > y ? distance : -distance;
    }

    /// <summary>Ten corners every 36 degrees at two radii in turn: a five-pointed star, or with equal radii cut to a pentagon.</summary>
    private static float[] Regular(float outer, float inner)
    {
        // cos and sin of k * 72 degrees as literals: library sines differ in the last bit between platforms.
        float[] turn = [1f, 0f, 0.309017f, 0.95105654f, -0.809017f, 0.58778524f, -0.809017f, -0.58778524f, 0.309017f, -0.95105654f];
        var corners = new List<float>();
        for (int k = 0; k < 10; k += 2)
        {
            corners.AddRange([outer * turn[k], outer * turn[k + 1]]);
            // The corner between two outer ones lies opposite the third one on: 36 degrees = 216 - 180.
            if (inner < outer)
                corners.AddRange([-inner * turn[(k + 6) % 10], -inner * turn[(k + 7) % 10]]);
        }
        return [.. corners];
    }

    private static float[] Plus(float arm, float half) =>
    [
        -half, -arm, half, -arm, half, -half, arm, -half, arm, half, half, half,
        half, arm, -half, arm, -half, half, -arm, half, -arm, -half, -half, -half,
    ];
}
