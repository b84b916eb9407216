package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.scedit.core.engine.Torch;

/**
 * A rectangle of a picture (or of latents) with numbers that can be blended into its neighbours'.
 *
 * @param values   {@code channels · height · width} numbers, last axis fastest; changed by blending
 * @param channels of a pixel
 * @param height   in pixels
 * @param width    in pixels
 */
record Tile(float[] values, int channels, int height, int width) {
    /** A copy of {@code (1, channels, height, width)}. */
    static Tile of(NDArray array) {
        Shape shape = array.getShape();
        return new Tile(Torch.floats(array), (int) shape.get(1), (int) shape.get(2), (int) shape.get(3));
    }

    static Tile empty(int channels, int height, int width) {
        return new Tile(new float[channels * height * width], channels, height, width);
    }

    /** Fades from the last rows of the tile above, which show the same pixels, into the own first ones. */
    void blendFromAbove(Tile above, int overlap) {
        int rows = Math.min(overlap, Math.min(above.height, height));
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < width; x++) {
                    blend(at(channel, y, x), above.values[above.at(channel, above.height - rows + y, x)], y, rows);
                }
            }
        }
    }

    /** Fades from the last columns of the tile to the left, which show the same pixels, into the own first ones. */
    void blendFromLeft(Tile left, int overlap) {
        int columns = Math.min(overlap, Math.min(left.width, width));
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < columns; x++) {
                    blend(at(channel, y, x), left.values[left.at(channel, y, left.width - columns + x)], x, columns);
                }
            }
        }
    }

    private void blend(int index, float neighbour, int distance, int extent) {
        float own = (float) distance / extent;
        values[index] = neighbour * (1 - own) + values[index] * own;
    }

    /** Copies a tile's first rows and columns to a place in this one. */
    void put(Tile tile, int top, int left, int rows, int columns) {
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < rows; y++) {
                System.arraycopy(tile.values, tile.at(channel, y, 0), values, at(channel, top + y, left), columns);
            }
        }
    }

    private int at(int channel, int y, int x) {
        return (channel * height + y) * width + x;
    }
}
