package org.scedit.core.job;

import com.google.inject.Inject;
import com.google.inject.Provider;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.hub.HubModels;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeDifference;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.run.RunFolder;
import org.scedit.core.shared.SharedFiles;

/** Does a recipe, from the first byte read to the summary, in a run folder. */
public final class RecipeRun {
    /**
     * @param overwrite whether an earlier run in the same folder is removed
     * @param out       progress and results, for a person
     * @param terminal  whether {@code out} is a terminal
     * @param stop      asked after every step; when it says true, the run writes a checkpoint and ends
     * @param shared    a folder for what other runs make alike, see {@link SharedFiles}; empty for none
     */
    public record Options(
            boolean overwrite, PrintStream out, boolean terminal, BooleanSupplier stop, Optional<Path> shared) {
        /** Options with the shared folder that the process's environment names. */
        public Options(boolean overwrite, PrintStream out, boolean terminal, BooleanSupplier stop) {
            this(overwrite, out, terminal, stop, SharedFiles.ofEnvironment(System.getenv()));
        }

        /** What is shared with other runs. On an accelerator nothing is: there it is made as quickly as it is read. */
        SharedFiles sharedFiles() {
            return shared.filter(folder -> !Torch.device().isGpu())
                    .map(folder -> SharedFiles.in(folder, out::println))
                    .orElse(SharedFiles.none());
        }
    }

    /** A recipe that names the commit of a hub's model, and the folder of its model. */
    private record Located(Recipe recipe, Path model) {}

    private final PluginCatalogue catalogue;
    private final Provider<HubModels> hub;

    /**
     * For base models of folders, and of the hub and the cache that the process's environment names.
     *
     * @param catalogue where the recipe's tuners come from
     */
    public RecipeRun(PluginCatalogue catalogue) {
        this(catalogue, HubModels::ofProcess);
    }

    /**
     * @param catalogue where the recipe's tuners come from
     * @param hub       asked only for a recipe whose base model is a hub's
     */
    @Inject
    public RecipeRun(PluginCatalogue catalogue, Provider<HubModels> hub) {
        this.catalogue = catalogue;
        this.hub = hub;
    }

    /**
     * Runs a recipe from the start.
     *
     * @return the run's folder
     * @throws UserException if something the user gave does not fit; what was made until then stays
     */
    public Path run(Recipe recipe, Options options) {
        return run(recipe, options, Companions.NONE);
    }

    /** {@link #run(Recipe, Options)} beside others. */
    Path run(Recipe recipe, Options options, Companions companions) {
        Torch.use(recipe.device());
        Located located = locate(recipe, options);
        try (Job job = Job.of(located.recipe(), located.model(), catalogue, options, companions);
                RunFolder folder =
                        options.overwrite() ? RunFolder.replace(recipe.output()) : RunFolder.create(recipe.output())) {
            AtomicFiles.writeText(folder.recipe(), located.recipe().resolved());
            job.run(folder);
            return folder.path();
        }
    }

    /**
     * Goes on with a run from its last checkpoint; the result is that of an uninterrupted run, byte for byte.
     *
     * @param recipe what the run is expected to be of, or null for the recipe in the folder
     * @throws UserException if the folder holds no run, or one of another recipe: the message says what differs
     */
    public Path resume(Path runFolder, Recipe recipe, Options options) {
        return resume(runFolder, recipe, options, Companions.NONE);
    }

    /** {@link #resume(Path, Recipe, Options)} beside others. */
    Path resume(Path runFolder, Recipe recipe, Options options, Companions companions) {
        try (RunFolder folder = RunFolder.resume(runFolder)) {
            Recipe begun = new RecipeReader(catalogue.tuners(), catalogue.annotators(), catalogue.measures())
                    .read(folder.recipe(), List.of());
            if (recipe != null) {
                List<String> differences = RecipeDifference.between(
                        begun.resolved(), atCommitOf(begun, recipe).resolved());
                if (!differences.isEmpty()) {
                    throw new UserException(runFolder + ": was begun with another recipe\n  "
                            + String.join("\n  ", differences)
                            + "\ngo on without a recipe (scedit run " + runFolder
                            + " --resume), or run the other one in another folder with output=FOLDER");
                }
            }
            Torch.use(begun.device());
            Located located = locate(begun, options);
            try (Job job = Job.of(located.recipe(), located.model(), catalogue, options, companions)) {
                job.run(folder);
            }
            return folder.path();
        }
    }

    /**
     * Why a recipe cannot be trained beside others from one way down, as a sentence; empty if it can.
     *
     * @throws UserException if it cannot be run at all
     */
    Optional<String> whyNotBesideOthers(Recipe recipe, Options options) {
        if (recipe.task() != Recipe.Task.TUNE) {
            return Optional.of("it tunes no U-Net");
        }
        Located located = locate(recipe, options);
        ModelParts parts = located.recipe().model().parts(located.model());
        var structure = new UNet(parts.config(Part.UNET));
        if (Drawable.inpaints(parts, structure)) {
            return Optional.of("its U-Net is for inpainting, whose way down sees the masks");
        }
        try (RecipeTuners tuners = new RecipeTuners(recipe, catalogue, structure, false)) {
            return LockstepRule.whyNot(recipe, tuners.tuners());
        }
    }

    /** Finds the base model, and downloads one of a hub that is not in the cache. */
    private Located locate(Recipe recipe, Options options) {
        Recipe.Model model = recipe.model();
        if (model.byName().isEmpty()) {
            return new Located(recipe, model.path().orElseThrow());
        }
        var watch = new HubModels.Watch(options.out(), options.terminal(), options.stop());
        HubModels.Located found = hub.get().locate(model.byName().get(), model.variant(), watch);
        return new Located(recipe.with(model.at(found.commit())), found.folder());
    }

    /** The same recipe with the commit that the run began with, where it names the same revision and no commit. */
    private static Recipe atCommitOf(Recipe begun, Recipe recipe) {
        return begun.model()
                .commit()
                .filter(commit -> recipe.model().commit().isEmpty())
                .map(commit -> recipe.with(recipe.model().at(commit)))
                .orElse(recipe);
    }
}
