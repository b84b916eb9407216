package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;

/**
 * An autoencoder whose memory does not grow with the pictures: those that have together more than {@value #UNTILED}²
 * pixels are taken one at a time, and one that has more in tiles of {@value #SIDE} pixels that overlap by a quarter,
 * where one fades linearly into the next, as diffusers' {@code enable_slicing} and {@code enable_tiling} do.
 *
 * <p>Tiles change the numbers a little, as each has group normalisations of its own. So pictures of up to
 * {@value #UNTILED}² pixels, the largest that Stable Diffusion 1.x and 2.x are trained at, come out as the
 * {@link Autoencoder} makes them.
 *
 * <p>Nothing is recorded for gradients: training an autoencoder needs the {@link Autoencoder} itself.
 */
public final class TiledAutoencoder {
    /** Side of a tile in pixels. */
    static final int SIDE = 512;
    /** Side of the largest square that is not tiled, in pixels. */
    static final int UNTILED = 768;

    private static final double OVERLAP = 0.25;

    private final Autoencoder autoencoder;
    private final int side;
    private final int untiled;

    /** @param autoencoder with weights; stays the caller's */
    public TiledAutoencoder(Autoencoder autoencoder) {
        this(autoencoder, SIDE, UNTILED);
    }

    /**
     * @param side    of a tile in pixels, a multiple of four latent pixels
     * @param untiled side of the largest square that is not tiled, in pixels
     */
    TiledAutoencoder(Autoencoder autoencoder, int side, int untiled) {
        this.autoencoder = autoencoder;
        this.side = side;
        this.untiled = untiled;
    }

    /** As {@link Autoencoder#encode}; the result belongs to the manager of the pictures. */
    public NDArray encode(NDArray pictures) {
        return each(pictures, side, side / autoencoder.downsampling(), untiled, autoencoder::encode);
    }

    /** As {@link Autoencoder#decode}; the result belongs to the manager of the latents. */
    public NDArray decode(NDArray latents) {
        int down = autoencoder.downsampling();
        return each(latents, side / down, side, untiled / down, autoencoder::decode);
    }

    private static NDArray each(NDArray x, int side, int outSide, int untiled, UnaryOperator<NDArray> function) {
        Shape shape = x.getShape();
        long pixels = shape.get(2) * shape.get(3);
        long atOnce = (long) untiled * untiled;
        if (shape.get(0) * pixels <= atOnce) {
            return function.apply(x);
        }
        List<Tile> results = new ArrayList<>();
        for (long i = 0; i < shape.get(0); i++) {
            try (Scope scope = new Scope()) {
                NDArray one = x.get(new NDIndex("{}:{}", i, i + 1));
                results.add(pixels <= atOnce ? Tile.of(function.apply(one)) : inTiles(one, side, outSide, function));
            }
        }
        return joined(x, results);
    }

    private static NDArray joined(NDArray like, List<Tile> pictures) {
        Tile first = pictures.get(0);
        int size = first.values().length;
        float[] all = new float[pictures.size() * size];
        for (int i = 0; i < pictures.size(); i++) {
            System.arraycopy(pictures.get(i).values(), 0, all, i * size, size);
        }
        return Torch.of(
                like.getManager(), all, new Shape(pictures.size(), first.channels(), first.height(), first.width()));
    }

    /**
     * A function's result for one picture, put together from those for tiles of it.
     *
     * @param x        {@code (1, channels, height, width)}
     * @param side     of a tile of x, a multiple of 4
     * @param outSide  of the function's result for it, a multiple of 4
     * @param function makes each axis {@code outSide / side} times as long
     */
    static Tile inTiles(NDArray x, int side, int outSide, UnaryOperator<NDArray> function) {
        int height = (int) x.getShape().get(2);
        int width = (int) x.getShape().get(3);
        int step = side - (int) (side * OVERLAP);
        int overlap = (int) (outSide * OVERLAP);
        int outStep = outSide - overlap;
        Tile whole = null;
        List<Tile> above = List.of();
        for (int i = 0; i * step < height; i++) {
            List<Tile> row = new ArrayList<>();
            for (int j = 0; j * step < width; j++) {
                Tile tile = tile(x, i * step, j * step, side, function);
                if (whole == null) {
                    whole = Tile.empty(tile.channels(), height * outSide / side, width * outSide / side);
                }
                if (i > 0) {
                    tile.blendFromAbove(above.get(j), overlap);
                }
                if (j > 0) {
                    tile.blendFromLeft(row.get(j - 1), overlap);
                }
                int rows = Math.min(outStep, tile.height());
                int columns = Math.min(outStep, tile.width());
                whole.put(tile, i * outStep, j * outStep, rows, columns);
                row.add(tile);
            }
            above = row;
        }
        return whole;
    }

    private static Tile tile(NDArray x, int top, int left, int side, UnaryOperator<NDArray> function) {
        try (Scope scope = new Scope()) {
            long bottom = Math.min(top + side, x.getShape().get(2));
            long right = Math.min(left + side, x.getShape().get(3));
            // duplicated, as a view would keep the whole alive and is no contiguous input
            NDArray part = x.get(new NDIndex(":, :, {}:{}, {}:{}", top, bottom, left, right))
                    .duplicate();
            return Tile.of(function.apply(part));
        }
    }
}
