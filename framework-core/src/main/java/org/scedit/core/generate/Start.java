package org.scedit.core.generate;

import java.nio.file.Path;
import java.util.Optional;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.Pictures;

/**
 * A picture that drawing starts from, instead of from noise alone: image to image, or inpainting with a mask.
 *
 * @param picture  of the size that is drawn
 * @param strength share of the denoising steps that is taken, above 0 up to 1: how far the picture may change
 * @param mask     of the same size: what is light is drawn anew, what is dark is kept; empty: all is drawn anew
 */
public record Start(Picture picture, double strength, Optional<Picture> mask) {
    /** Where nothing is said: of a picture without mask, as in diffusers. */
    public static final double STRENGTH = 0.8;

    private static final double HALF = 127.5;

    public Start {
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException("strength must be above 0 and at most 1, got " + strength);
        }
    }

    /**
     * Reads the files.
     *
     * @param strength empty: {@link #STRENGTH}, with a mask 1
     * @param steps    of a whole drawing
     * @param width    of what is drawn, in pixels
     * @throws UserException if a file cannot be read, a picture has another size than what is drawn, or the strength
     *     leaves no step
     */
    public static Start read(
            Path picture, Optional<Double> strength, Optional<Path> mask, int steps, int width, int height) {
        var start = new Start(
                sized(Pictures.read(picture), picture, "the picture to start from", width, height),
                strength.orElse(mask.isPresent() ? 1 : STRENGTH),
                mask.map(file -> sized(Pictures.readMap(file), file, "the mask", width, height)));
        start.skipped(steps);
        return start;
    }

    private static Picture sized(Picture picture, Path file, String what, int width, int height) {
        if (picture.width() != width || picture.height() != height) {
            throw new UserException(file + ": is of " + picture.width() + "x" + picture.height() + " pixels; " + what
                    + " must be of " + width + "x" + height + ", as what is drawn");
        }
        return picture;
    }

    /**
     * How many of the noisiest steps are left out.
     *
     * @param steps of a whole drawing
     * @throws UserException if none is left
     */
    int skipped(int steps) {
        int taken = (int) (steps * strength);
        if (taken < 1) {
            throw new UserException("strength " + strength + " of " + steps + (steps == 1 ? " step" : " steps")
                    + " leaves no step to draw with; raise strength or steps");
        }
        return steps - taken;
    }

    /**
     * The mask at the size of the latents, by the upper left pixel of each as in diffusers.
     *
     * @param down pixels of a latent pixel along each axis
     * @return row by row, 1 where is drawn anew, 0 where the picture is kept; empty without mask
     */
    public float[] latentMask(int down) {
        int width = picture.width() / down;
        float[] area = new float[mask.isPresent() ? width * (picture.height() / down) : 0];
        for (int i = 0; i < area.length; i++) {
            area[i] = anew(i % width * down, i / width * down) ? 1 : 0;
        }
        return area;
    }

    /** The picture in -1..1, {@code (3, height, width)}, with what is drawn anew in grey. */
    public float[] kept() {
        float[] pixels = picture.toTensor();
        int size = picture.width() * picture.height();
        for (int i = 0; i < pixels.length; i++) {
            if (anew(i % size % picture.width(), i % size / picture.width())) {
                pixels[i] = 0;
            }
        }
        return pixels;
    }

    /** The picture as it is told of: with grey where it is drawn anew. */
    public Picture shown() {
        return mask.isEmpty() ? picture : Picture.fromTensor(kept(), picture.width(), picture.height());
    }

    /** By luminance, as ITU-R BT.601 weighs colours. */
    private boolean anew(int x, int y) {
        Picture light = mask.orElseThrow();
        return 0.299 * light.at(x, y, 0) + 0.587 * light.at(x, y, 1) + 0.114 * light.at(x, y, 2) > HALF;
    }
}
