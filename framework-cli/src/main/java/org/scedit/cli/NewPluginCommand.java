package org.scedit.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.plugin.PluginProject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Begins a plugin: writes a project with a tuner that works and is tested. */
@Command(
        name = "new",
        sortOptions = false,
        description = {
            "Begins a plugin: writes a project with a small tuner that works, its test and a recipe, to be changed into a"
                    + " method of your own. Its README.md says how to build and use it.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit plugins new my-tuner",
            "  scedit plugins new my-tuner --folder ../my-tuner --package com.example.tuners"
        })
final class NewPluginCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            paramLabel = "ID",
            description =
                    "What recipes will name the tuner by, such as my-tuner: lower case letters, digits and hyphens.")
    private String id;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description =
                    "Where to, a folder that is not there yet or is empty. Default: the id, in the working directory.")
    private Optional<Path> folder = Optional.empty();

    @Option(
            names = "--package",
            paramLabel = "NAME",
            description = "The package of its classes. Default: org.example. and the id without hyphens.")
    private Optional<String> packageName = Optional.empty();

    NewPluginCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (PluginCatalogue installed = Home.plugins()) {
            PluginProject project = PluginProject.of(id, packageName, folder, installed);
            project.write().forEach(terminal.out()::println);
            terminal.err()
                    .println("how to build and use it: " + project.folder().resolve("README.md"));
        }
        return 0;
    }
}
