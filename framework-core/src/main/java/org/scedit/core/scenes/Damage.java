package org.scedit.core.scenes;

import java.util.Random;
import org.scedit.api.Picture;

/**
 * What makes a picture worse.
 *
 * @param noise 0..1, in units of {@link #MOST_NOISE}
 * @param blur  0..1, in units of {@link #WIDEST_BLUR}
 */
public record Damage(float noise, float blur) {
    /** Nothing. */
    public static final Damage NONE = new Damage(0, 0);

    /** Standard deviation of the strongest noise, in the tensor's range of -1..1. */
    private static final float MOST_NOISE = 0.5f;
    /** How often the strongest blur averages each pixel with its neighbours: a deviation of 2.4 pixels. */
    private static final int WIDEST_BLUR = 8;

    /** @throws IllegalArgumentException if an amount is out of range */
    public Damage {
        if (!(noise >= 0 && noise <= 1 && blur >= 0 && blur <= 1)) {
            throw new IllegalArgumentException("noise and blur are 0..1, got " + noise + " and " + blur);
        }
    }

    /** Any, drawn by the seed: half of all are none, a quarter noise, a quarter blur. */
    public static Damage drawn(long seed) {
        var random = new Random(seed);
        int kind = random.nextInt(4);
        float amount = random.nextFloat();
        return switch (kind) {
            case 0 -> new Damage(amount, 0);
            case 1 -> new Damage(0, amount);
            default -> NONE;
        };
    }

    /** The picture, blurred and then noisy. */
    public Picture of(Picture picture, long seed) {
        if (equals(NONE)) {
            return picture;
        }
        float[] values = picture.toTensor();
        int side = picture.width();
        for (int i = 0; i < Math.round(blur * WIDEST_BLUR); i++) {
            values = averaged(values, side, picture.height());
        }
        var random = new Random(seed);
        for (int i = 0; noise > 0 && i < values.length; i++) {
            values[i] += (float) (noise * MOST_NOISE * random.nextGaussian());
        }
        return Picture.fromTensor(values, side, picture.height());
    }

    /** Every pixel the mean of the three by three around it; beyond the border its own edge goes on. */
    private static float[] averaged(float[] values, int width, int height) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int x = i % width;
            int y = i / width % height;
            int plane = i - y * width - x;
            float sum = 0;
            for (int dy = -1; dy <= 1; dy++) {
                int row = plane + width * Math.max(0, Math.min(height - 1, y + dy));
                for (int dx = -1; dx <= 1; dx++) {
                    sum += values[row + Math.max(0, Math.min(width - 1, x + dx))];
                }
            }
            result[i] = sum / 9;
        }
        return result;
    }
}
