package org.scedit.core.sweep;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of a sweep, with the files that belong to it in the sweep's folder:
 * <pre>
 * cells/NAME.yaml    the resolved recipe
 * cells/NAME/        the run's folder
 * cells/NAME.log     its console
 * cells/NAME.error   why it failed
 * </pre>
 *
 * @param name     unique in the sweep, readable, the same whenever the sweep is expanded, and a plain file name:
 *     {@code use=lora,rank=4,seed=0}
 * @param group    the name without the seed, shared by the cells that differ in nothing else
 * @param settings what the sweep sets, the seed left out: the key's path as in {@code tuners[0].rank}, then the value as
 *     recipes write it; in the sweep's order
 * @param seed     of the run
 * @param recipe   the resolved recipe, which names {@code folder} as its output
 * @param folder   the run's folder, relative to the working directory where the sweep's folder is
 */
public record Cell(String name, String group, Map<String, String> settings, long seed, String recipe, Path folder) {
    public Cell {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** Where the resolved recipe lies. */
    public Path recipeFile() {
        return beside(".yaml");
    }

    /** Where the process's console is kept; appended to when the run is resumed. */
    public Path log() {
        return beside(".log");
    }

    /** Where it is told why the cell failed; there only after a failure. */
    public Path error() {
        return beside(".error");
    }

    private Path beside(String ending) {
        return folder.resolveSibling(name + ending);
    }

    /** Whether the run is done; its summary is written last. */
    public boolean finished() {
        return Files.isRegularFile(folder.resolve("summary.md"));
    }

    /** Whether there is a run that can go on. */
    public boolean begun() {
        return Files.isRegularFile(folder.resolve("recipe.yaml"));
    }

    /** What {@code scedit} is called with to begin the run or to go on with it; {@link #recipeFile} must be there. */
    public List<String> arguments() {
        return begun()
                ? List.of("run", folder.toString(), "--resume")
                : List.of("run", recipeFile().toString());
    }
}
