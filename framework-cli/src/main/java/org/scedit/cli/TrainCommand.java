package org.scedit.cli;

import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.recipe.Recipe;
import picocli.CommandLine.Command;

/** Trains as a recipe says and draws nothing. */
@Command(
        name = "train",
        description = {
            "Trains as a recipe says, like run, but draws no pictures: its 'sample' block is left out.",
            "",
            "Ctrl-C or SIGTERM ends the run after the step it is at, with a checkpoint; --resume goes on from there.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit train recipes/quickstart.yaml output=runs/trained",
            "  scedit train runs/trained --resume"
        })
final class TrainCommand extends RunCommand {
    TrainCommand(Terminal terminal, StopSignal stop) {
        super(terminal, stop);
    }

    @Override
    Recipe adjusted(Recipe recipe) {
        if (recipe.train().isEmpty()) {
            throw new UserException("the recipe '" + recipe.name()
                    + "' has no 'train' block; add one, or draw its pictures with scedit run");
        }
        return new Recipe(
                recipe.name(),
                recipe.output(),
                recipe.seed(),
                recipe.device(),
                recipe.task(),
                recipe.model(),
                recipe.tuners(),
                recipe.conditions(),
                recipe.data(),
                recipe.validation(),
                recipe.train(),
                Optional.empty(),
                Optional.empty());
    }
}
