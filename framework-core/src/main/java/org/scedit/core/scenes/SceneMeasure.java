package org.scedit.core.scenes;

import java.util.List;
import java.util.Set;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;

/** A built-in measure of pictures of the scene world, without settings; it is only for data of that world. */
public abstract class SceneMeasure implements Measure<SceneMeasure.NoSettings> {
    /** No keys of its own. */
    public record NoSettings() {}

    /** Those there are. */
    public static List<SceneMeasure> all() {
        return List.of(new CaptionMeasure(), new StyleMeasure());
    }

    @Override
    public final Class<NoSettings> configType() {
        return NoSettings.class;
    }

    @Override
    public final Set<Need> needs(NoSettings config) {
        return Set.of();
    }

    /** @throws IllegalArgumentException if the pictures are of no scenes */
    @Override
    public final List<Value> measure(NoSettings config, Drawn drawn) {
        if (drawn instanceof SceneDrawn scenes) {
            return measure(scenes);
        }
        throw new IllegalArgumentException("'" + id() + "' measures pictures of scenes only");
    }

    abstract List<Value> measure(SceneDrawn drawn);
}
