package org.scedit.api;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * A picture of 8 bits a channel, red, green, blue: immutable, equal when every pixel is.
 *
 * <p>Pixels are addressed from the top left corner. As a tensor it is {@code (3, height, width)} in -1..1, the form a
 * diffusion model's autoencoder takes and gives.
 */
public final class Picture {
    private static final int CHANNELS = 3;

    private final int width;
    private final int height;
    private final byte[] rgb;

    private Picture(int width, int height, byte[] rgb) {
        if (width < 1 || height < 1 || rgb.length != (long) CHANNELS * width * height) {
            throw new IllegalArgumentException("a picture of " + width + "x" + height + " has " + CHANNELS
                    + " bytes a pixel, got " + rgb.length + " bytes");
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /**
     * A picture of the given pixels, which are copied.
     *
     * @param rgb row by row, three bytes (red, green, blue; 0..255 unsigned) a pixel
     * @throws IllegalArgumentException if the array's length is not {@code 3 * width * height}
     */
    public static Picture of(int width, int height, byte[] rgb) {
        return new Picture(width, height, rgb.clone());
    }

    /**
     * The picture in a tensor's values, rounded to the nearest of 256 levels; what lies outside -1..1 is clamped, and
     * NaN becomes black.
     *
     * @param chw {@code (3, height, width)}, channel first, -1..1
     * @throws IllegalArgumentException if the array's length is not {@code 3 * width * height}
     */
    public static Picture fromTensor(float[] chw, int width, int height) {
        byte[] rgb = new byte[chw.length];
        int area = width * height;
        if (chw.length == CHANNELS * area) {
            for (int pixel = 0; pixel < area; pixel++) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    int level = Math.round((chw[channel * area + pixel] + 1f) * 127.5f);
                    rgb[CHANNELS * pixel + channel] = (byte) Math.max(0, Math.min(255, level));
                }
            }
        }
        return new Picture(width, height, rgb);
    }

    /** The picture in an AWT image; transparency is ignored. */
    public static Picture fromImage(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] packed = image.getRGB(0, 0, width, height, null, 0, width);
        byte[] rgb = new byte[CHANNELS * packed.length];
        for (int i = 0; i < packed.length; i++) {
            rgb[CHANNELS * i] = (byte) (packed[i] >> 16);
            rgb[CHANNELS * i + 1] = (byte) (packed[i] >> 8);
            rgb[CHANNELS * i + 2] = (byte) packed[i];
        }
        return new Picture(width, height, rgb);
    }

    /** Pixels across. */
    public int width() {
        return width;
    }

    /** Pixels down. */
    public int height() {
        return height;
    }

    /** One value of one pixel, 0..255; channel 0 is red, 1 green, 2 blue. */
    public int at(int x, int y, int channel) {
        return rgb[CHANNELS * (y * width + x) + channel] & 0xff;
    }

    /** A copy of the pixels: row by row, red, green and blue of each. */
    public byte[] rgb() {
        return rgb.clone();
    }

    /** {@code (3, height, width)}, channel first, 0..255 mapped to -1..1. */
    public float[] toTensor() {
        int area = width * height;
        float[] chw = new float[rgb.length];
        for (int pixel = 0; pixel < area; pixel++) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                chw[channel * area + pixel] = (rgb[CHANNELS * pixel + channel] & 0xff) / 127.5f - 1f;
            }
        }
        return chw;
    }

    /** A new opaque AWT image of these pixels. */
    public BufferedImage toImage() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] packed = new int[width * height];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = (rgb[CHANNELS * i] & 0xff) << 16
                    | (rgb[CHANNELS * i + 1] & 0xff) << 8
                    | rgb[CHANNELS * i + 2] & 0xff;
        }
        image.setRGB(0, 0, width, height, packed, 0, width);
        return image;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Picture picture && picture.width == width && Arrays.equals(picture.rgb, rgb);
    }

    @Override
    public int hashCode() {
        return 31 * width + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "Picture[" + width + "x" + height + "]";
    }
}
