package org.scedit.core.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.engine.Torch;

/** Condition maps as tensors. */
public final class MapTensors {
    private MapTensors() {}

    /**
     * @param maps at least one, all of one size
     * @return {@code (maps, 3, height, width)}, 0 to 1
     * @throws IllegalArgumentException if sizes differ
     */
    public static NDArray of(NDManager manager, List<Picture> maps) {
        Picture first = maps.get(0);
        int size = 3 * first.width() * first.height();
        float[] values = new float[maps.size() * size];
        for (int i = 0; i < maps.size(); i++) {
            Picture map = maps.get(i);
            if (map.width() != first.width() || map.height() != first.height()) {
                throw new IllegalArgumentException(
                        "condition maps of one batch must have one size, got " + map + " and " + first);
            }
            float[] centred = map.toTensor();
            for (int k = 0; k < size; k++) {
                values[i * size + k] = (centred[k] + 1) / 2;
            }
        }
        return Torch.of(manager, values, new Shape(maps.size(), 3, first.height(), first.width()));
    }

    /** A map without anything in it, as a dropped condition's. */
    public static Picture black(int width, int height) {
        return Picture.of(width, height, new byte[3 * width * height]);
    }
}
