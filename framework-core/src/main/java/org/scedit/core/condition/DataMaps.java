package org.scedit.core.condition;

import java.util.function.IntFunction;
import org.scedit.api.Picture;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.ImageFolder;
import org.scedit.core.data.MapFolder;
import org.scedit.core.scenes.SceneDataset;

/** The condition maps of a data set's pictures. */
public final class DataMaps {
    /** Maps that are kept rather than made again; the others are made at each use. */
    private static final long KEPT_BYTES = 256L << 20;

    private DataMaps() {}

    /**
     * A map for each picture, by its index.
     *
     * @param seed the run's
     * @throws org.scedit.core.UserException if ready maps do not fit the pictures
     */
    public static IntFunction<Picture> of(Condition condition, Dataset data, long seed) {
        return kept(maps(condition, data, seed), data.size());
    }

    private static IntFunction<Picture> maps(Condition condition, Dataset data, long seed) {
        if (condition.maker() instanceof MapMaker.Annotated<?> annotated) {
            return index -> annotated.of(data.get(index).picture(), condition.seed(seed, index));
        }
        if (condition.maker() instanceof MapMaker.OfScene exact) {
            return index -> exact.map().of(((SceneDataset) data).scene(index));
        }
        var ready = (MapMaker.Ready) condition.maker();
        return MapFolder.open(ready.folder().orElseThrow(), (ImageFolder) data)::map;
    }

    /** Maps are functions of the index alone, so keeping one changes nothing but the time. */
    private static IntFunction<Picture> kept(IntFunction<Picture> maps, int size) {
        Picture[] kept = new Picture[size];
        return index -> {
            if (kept[index] != null) {
                return kept[index];
            }
            Picture map = maps.apply(index);
            if ((index + 1L) * 3 * map.width() * map.height() <= KEPT_BYTES) {
                kept[index] = map;
            }
            return map;
        };
    }
}
