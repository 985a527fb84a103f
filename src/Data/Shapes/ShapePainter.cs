namespace GpuNet;

/// <summary>
/// Draws one image of the shapes set: background (gradient and texture), clutter, the shape with a shading of its own, noise.
/// Not safe for threads; each thread has its own painter.
/// </summary>
internal sealed class ShapePainter
{
    public const int Side = 32, ImageLength = Side * Side * 3;

    /// <summary>Sub-samples a side of an edge pixel.</summary>
    private const int Sub = 4;

    private readonly float[] canvas = new float[ImageLength];

    private readonly record struct Colour(float R, float G, float B)
    {
        public float Luma => 0.299f * R + 0.587f * G + 0.114f * B;

        public static Colour Mix(Colour a, Colour b, float t) =>
            new(a.R + (b.R - a.R) * t, a.G + (b.G - a.G) * t, a.B + (b.B - a.B) * t);

        public static Colour Draw(ref SplitMix64 random) => new(random.NextSingle(), random.NextSingle(), random.NextSingle());
    }

    /// <summary>Draws the image that a stream of random numbers leads to.</summary>
    /// <param name="label">The class, 0 to 9.</param>
    /// <param name="random">The stream of this image.</param>
    /// <param name="image">Receives 32 x 32 x 3 bytes, HWC.</param>
    public void Paint(int label, SplitMix64 random, Span<byte> image)
    {
        (Colour from, Colour to) = PaintBackground(ref random);
        int clutter = random.NextInt32(3);
        for (int i = 0; i < clutter; i++)
            PaintClutter(ref random, Colour.Mix(from, to, 0.5f));
        PaintShape(label, ref random, from, to);
        Finish(ref random, image);
    }

    private (Colour From, Colour To) PaintBackground(ref SplitMix64 random)
    {
        Colour from = Colour.Draw(ref random);
        Colour to = Colour.Mix(from, Colour.Draw(ref random), random.NextSingle(0f, 0.5f));
        (float ux, float uy) = Direction(ref random);
        (float vx, float vy) = Direction(ref random);
        int texture = random.NextInt32(4);
        float amplitude = random.NextSingle(0.02f, 0.1f), period = random.NextSingle(3f, 9f), phase = random.NextSingle();
        Span<float> lattice = stackalloc float[36];
        foreach (ref float node in lattice)
            node = random.NextSingle(-1f, 1f);

        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                float px = x - 15.5f, py = y - 15.5f;
                Colour colour = Colour.Mix(from, to, Clamp(0.5f + (px * ux + py * uy) / 40f));
                float a = Wave((px * vx + py * vy) / period + phase);
                float grain = amplitude * texture switch
                {
                    0 => 0f,
                    1 => 2f * Lattice(lattice, x / 6.4f, y / 6.4f),
                    2 => a,
                    _ => a * Wave((px * vy - py * vx) / period + phase),
                };
                Put(y * Side + x, new Colour(colour.R + grain, colour.G + grain, colour.B + grain), 1f);
            }
        return (from, to);
    }

    /// <summary>A dot or a stroke of another colour, too small to be taken for a shape.</summary>
    private void PaintClutter(ref SplitMix64 random, Colour background)
    {
        Colour colour = Colour.Mix(background, Colour.Draw(ref random), random.NextSingle(0.3f, 0.9f));
        float cx = random.NextSingle(0f, Side), cy = random.NextSingle(0f, Side);
        (float ux, float uy) = Direction(ref random);
        bool dot = random.NextInt32(2) == 0;
        float half = dot ? 0f : random.NextSingle(2f, 6f), radius = dot ? random.NextSingle(0.7f, 2.2f) : random.NextSingle(0.4f, 0.8f);
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                float px = x + 0.5f - cx, py = y + 0.5f - cy;
                float along = MathF.Min(MathF.Max(px * ux + py * uy, -half), half);
                float dx = px - along * ux, dy = py - along * uy;
                float coverage = Clamp(radius + 0.5f - MathF.Sqrt(dx * dx + dy * dy));
                if (coverage > 0f)
                    Put(y * Side + x, colour, coverage);
            }
    }

    private void PaintShape(int label, ref SplitMix64 random, Colour from, Colour to)
    {
        Colour colour = Contrasting(ref random, from, to);
        float radius = random.NextSingle(10f, 14.5f), aspect = random.NextSingle(0.9f, 1f);
        // The circle around the shape stays inside the image but for a pixel: a cut shape may lose what tells its class.
        float cx = random.NextSingle(radius - 1f, Side + 1f - radius), cy = random.NextSingle(radius - 1f, Side + 1f - radius);
        (float ux, float uy) = Direction(ref random);
        (float sx, float sy) = Direction(ref random);
        float shading = random.NextSingle(0f, 0.12f);
        // Local axes are turned and squeezed; distances shrink by the smaller scale at most, which keeps them a lower bound.
        float scaleX = 1f / radius, scaleY = 1f / (radius * aspect), toPixels = radius * aspect;

        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
            {
                float px = x + 0.5f - cx, py = y + 0.5f - cy;
                if (px * px + py * py > (radius + 2f) * (radius + 2f))
                    continue;
                float distance = toPixels * Local(px, py);
                float coverage = distance > 0.71f ? 0f : distance < -0.71f ? 1f : SubSample(px, py);
                if (coverage == 0f)
                    continue;
                float light = shading * (px * sx + py * sy) / radius;
                Put(y * Side + x, new Colour(colour.R + light, colour.G + light, colour.B + light), coverage);
            }

        float Local(float px, float py) =>
            ShapeOutline.Distance(label, (px * ux + py * uy) * scaleX, (py * ux - px * uy) * scaleY);

        float SubSample(float px, float py)
        {
            int hits = 0;
            for (int s = 0; s < Sub * Sub; s++)
                if (Local(px + (s % Sub + 0.5f) / Sub - 0.5f, py + (s / Sub + 0.5f) / Sub - 0.5f) < 0f)
                    hits++;
            return hits * (1f / (Sub * Sub));
        }
    }

    /// <summary>A colour that stands out from both ends of the background's gradient.</summary>
    private static Colour Contrasting(ref SplitMix64 random, Colour from, Colour to)
    {
        for (int attempt = 0; attempt < 32; attempt++)
        {
            Colour colour = Colour.Draw(ref random);
            if (StandsOut(colour, from) && StandsOut(colour, to))
                return colour;
        }
        // A background of middling grey leaves little room: black or white, whichever is farther.
        return from.Luma + to.Luma > 1f ? new Colour(0f, 0f, 0f) : new Colour(1f, 1f, 1f);

        static bool StandsOut(Colour a, Colour b)
        {
            float r = a.R - b.R, g = a.G - b.G, bl = a.B - b.B;
            return r * r + g * g + bl * bl > 0.5f * 0.5f && MathF.Abs(a.Luma - b.Luma) > 0.2f;
        }
    }

    private void Finish(ref SplitMix64 random, Span<byte> image)
    {
        // The sum of four uniform 16-bit numbers is close to normal (Irwin and Hall) with deviation sqrt(4/12) * 65536.
        float deviation = random.NextSingle(0f, 0.05f), scale = 255f * deviation / (65536f * 0.57735027f);
        for (int i = 0; i < ImageLength; i++)
        {
            ulong bits = random.NextUInt64();
            int sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
            float value = 255f * canvas[i] + scale * (sum - 131070);
            image[i] = (byte)(MathF.Min(MathF.Max(value, 0f), 255f) + 0.5f);
        }
    }

    private void Put(int pixel, Colour colour, float coverage)
    {
        Span<float> to = canvas.AsSpan(3 * pixel, 3);
        to[0] += (Clamp(colour.R) - to[0]) * coverage;
        to[1] += (Clamp(colour.G) - to[1]) * coverage;
        to[2] += (Clamp(colour.B) - to[2]) * coverage;
    }

    /// <summary>A uniformly random unit vector, by rejection from the square: no sines, so the same on every platform.</summary>
    private static (float X, float Y) Direction(ref SplitMix64 random)
    {
        while (true)
        {
            float x = random.NextSingle(-1f, 1f), y = random.NextSingle(-1f, 1f), square = x * x + y * y;
            if (square is > 0.01f and <= 1f)
                return (x / MathF.Sqrt(square), y / MathF.Sqrt(square));
        }
    }

    /// <summary>A smooth wave of period 1 between -1 and 1, from a triangle wave.</summary>
    private static float Wave(float t)
    {
        float triangle = 4f * MathF.Abs(t - MathF.Floor(t) - 0.5f) - 1f;
        return triangle * (1.5f - 0.5f * triangle * triangle);
    }

    /// <summary>Value noise: a 6 x 6 lattice of random values, smoothly interpolated.</summary>
    private static float Lattice(ReadOnlySpan<float> lattice, float x, float y)
    {
        int ix = (int)x, iy = (int)y;
        float fx = x - ix, fy = y - iy;
        fx = fx * fx * (3f - 2f * fx);
        fy = fy * fy * (3f - 2f * fy);
        int at = iy * 6 + ix;
        float top = lattice[at] + (lattice[at + 1] - lattice[at]) * fx;
        float bottom = lattice[at + 6] + (lattice[at + 7] - lattice[at + 6]) * fx;
        return top + (bottom - top) * fy;
    }

    private static float Clamp(float value) => MathF.Min(MathF.Max(value, 0f), 1f);
}
