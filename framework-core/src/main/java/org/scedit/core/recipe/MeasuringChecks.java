package org.scedit.core.recipe;

import java.util.Optional;
import java.util.function.BiConsumer;
import org.scedit.core.recipe.Recipe.Task;
import org.scedit.core.recipe.RecipeNode.Mapping;

/** Checks of {@code evaluate} and {@code validation} with the rest of a recipe, as far as they need no plugin. */
final class MeasuringChecks {
    private final RecordBinder bound;
    private final Mapping tree;
    private final BiConsumer<String, String> tell;

    /**
     * @param bound what could be bound
     * @param tree  what was written
     * @param tell  takes a key and what is wrong with it
     */
    MeasuringChecks(RecordBinder bound, Mapping tree, BiConsumer<String, String> tell) {
        this.bound = bound;
        this.tree = tree;
        this.tell = tell;
    }

    void check() {
        Optional<Task> task = bound.value("task", Task.class);
        boolean whole = task.isPresent() && task.get() != Task.TUNE;
        for (String key : new String[] {"validation", "evaluate"}) {
            if (tree.has(key) && whole) {
                tell.accept(
                        key, key + " is of the U-Net and its tuners; leave it out for task " + Names.word(task.get()));
            } else if (tree.has(key) && !tree.has("data")) {
                tell.accept(key, key + " needs pictures to hold out; give 'data' with source scenes or folder");
            } else if (tree.has(key)) {
                check(key);
            }
        }
    }

    private void check(String key) {
        boolean folder = source().equals("folder");
        if (key.equals("validation")) {
            checkHeldOut(folder);
        } else if (!tree.has("sample")) {
            tell.accept("evaluate", "evaluate draws its pictures as 'sample' says, and there is none; give 'sample'");
        } else if (folder && !tree.has("validation")) {
            tell.accept(
                    "evaluate",
                    "evaluate compares with pictures that are not trained on, and none are held out; give 'validation'"
                            + " with path or fraction");
        }
    }

    private void checkHeldOut(boolean folder) {
        boolean path = bound.place("validation.path").isPresent();
        boolean fraction = bound.place("validation.fraction").isPresent();
        if (!tree.has("train") && !tree.has("evaluate")) {
            tell.accept("validation", "validation is done while training, and the recipe has no 'train'; remove it");
        }
        if (folder && path == fraction) {
            tell.accept(
                    path ? "validation.fraction" : "validation",
                    path
                            ? "validation has path and fraction; keep one of them"
                            : "validation needs pictures that are not trained on; give path, a folder of them, or"
                                    + " fraction, the share of data.path that is held out");
        }
        if (source().equals("scenes") && (path || fraction)) {
            String key = path ? "path" : "fraction";
            tell.accept(
                    "validation." + key,
                    "validation." + key + " is for data source folder; of scenes, others are drawn; remove it");
        }
    }

    private String source() {
        return tree.entries().get("data").value() instanceof Mapping data && data.text("source") != null
                ? data.text("source")
                : "";
    }
}
