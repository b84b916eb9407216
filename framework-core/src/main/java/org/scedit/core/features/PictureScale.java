package org.scedit.core.features;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.data.Pictures;

/**
 * How a feature network takes pictures: {@code (picture - mean) / deviation}, of a square's size.
 *
 * @param size      side in pixels; pictures of other sizes are resized, and stretched if they are no squares
 * @param mean      of red, green and blue, 0..1
 * @param deviation of red, green and blue, above 0
 */
public record PictureScale(int size, List<Double> mean, List<Double> deviation) {
    private static final int CHANNELS = 3;

    public PictureScale {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    /** {@code (pictures, 3, size, size)}, its values in a row. */
    float[] values(List<Picture> pictures) {
        int area = size * size;
        float[] all = new float[pictures.size() * CHANNELS * area];
        for (int i = 0; i < pictures.size(); i++) {
            Picture picture = Pictures.resize(pictures.get(i), size, size);
            for (int channel = 0; channel < CHANNELS; channel++) {
                for (int pixel = 0; pixel < area; pixel++) {
                    double level = picture.at(pixel % size, pixel / size, channel) / 255.0;
                    all[(i * CHANNELS + channel) * area + pixel] =
                            (float) ((level - mean.get(channel)) / deviation.get(channel));
                }
            }
        }
        return all;
    }

    /** The shape of {@link #values}. */
    Shape shape(int pictures) {
        return new Shape(pictures, CHANNELS, size, size);
    }
}
