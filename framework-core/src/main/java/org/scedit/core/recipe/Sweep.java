package org.scedit.core.recipe;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a recipe with a {@code sweep:} block stands for: many runs, each a whole recipe.
 *
 * @param name       the recipe's name
 * @param folder     the recipe's output, where the runs' folders lie in {@code cells/}
 * @param written    the recipe with all that it extends, what the command line changes and its {@code sweep} block, as
 *     YAML; the same bytes for the same sweep
 * @param variants   the runs, in the order they are to be done
 * @param select     which settings are chosen before all seeds are spent on them; empty: none
 * @param replicates the settings, as in {@link Variant#settings}, over which results are repeated as they are over
 *     seeds: they tell no methods apart in the report, and change no run
 */
public record Sweep(
        String name,
        Path folder,
        String written,
        List<Variant> variants,
        Optional<Select> select,
        List<String> replicates) {
    public Sweep {
        variants = List.copyOf(variants);
        replicates = List.copyOf(replicates);
    }

    /**
     * One run.
     *
     * @param name     unique in the sweep and a plain file name, {@code learning_rate=1.0e-3,seed=0}
     * @param group    the name without the seed
     * @param settings what the sweep sets, the seed left out, in its order
     * @param recipe   whose output is {@code cells/NAME} in the sweep's folder
     */
    public record Variant(String name, String group, Map<String, String> settings, Recipe recipe) {
        public Variant {
            settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        }
    }

    /**
     * Chooses among runs that differ in some settings only, by a number they end with: those of the first seeds run with
     * every value, the remaining seeds only with the best one. Chosen anew for every combination of the other settings.
     *
     * @param keys  the settings that are chosen, as in {@link Variant#settings}
     * @param by    {@code validation_loss}, the last one, or a measure's name or id
     * @param seeds how many seeds, from the first, have to be run with every value
     */
    public record Select(List<String> keys, String by, int seeds) {
        /** The last validation loss. */
        public static final String VALIDATION_LOSS = "validation_loss";

        public Select {
            keys = List.copyOf(keys);
        }
    }
}
