package org.scedit.core.plugin;

import java.util.Optional;
import org.scedit.api.Annotator;
import org.scedit.api.Measure;
import org.scedit.api.TunerProvider;

/**
 * An extension of a plugin, of whichever kind.
 *
 * @param kind       what messages call it
 * @param id         as recipes write it
 * @param configType its settings, a record
 * @param extension  a {@link TunerProvider}, an {@link Annotator} or a {@link Measure}
 */
record Offered(String kind, String id, String summary, Class<?> configType, Object extension) {
    /** @return empty if it is of no kind that this framework knows */
    static Optional<Offered> of(Object extension) {
        if (extension instanceof TunerProvider<?> tuner) {
            return Optional.of(new Offered("tuner", tuner.id(), tuner.summary(), tuner.configType(), tuner));
        }
        if (extension instanceof Annotator<?> annotator) {
            return Optional.of(
                    new Offered("annotator", annotator.id(), annotator.summary(), annotator.configType(), annotator));
        }
        if (extension instanceof Measure<?> measure) {
            return Optional.of(new Offered("measure", measure.id(), measure.summary(), measure.configType(), measure));
        }
        return Optional.empty();
    }

    /** Whether a class makes extensions that {@link #of} takes. */
    static boolean takes(Class<?> type) {
        return TunerProvider.class.isAssignableFrom(type)
                || Annotator.class.isAssignableFrom(type)
                || Measure.class.isAssignableFrom(type);
    }
}
