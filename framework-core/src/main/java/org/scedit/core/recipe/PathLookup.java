package org.scedit.core.recipe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the files and folders that a recipe names.
 *
 * @param workingDirectory where relative paths start
 */
record PathLookup(Path workingDirectory) {
    /** The path as written or, failing that, below the folder of the recipe that names it. */
    Optional<Path> find(Path written, Path recipeFolder, MustExist.Kind kind) {
        return Stream.of(written, recipeFolder.resolve(written).normalize())
                .filter(path -> is(kind, workingDirectory.resolve(path)))
                .findFirst();
    }

    /** Why nothing was found, with what may have been meant. */
    String whyNot(Path written, MustExist.Kind kind) {
        Path there = workingDirectory.resolve(written);
        if (Files.exists(there)) {
            String instead =
                    switch (kind) {
                        case FILE -> "no file, a file";
                        case FOLDER -> "a file, a folder";
                        case FILE_OR_FOLDER -> "neither file nor folder, one of them";
                    };
            return "'" + written + "' is " + instead + " is needed";
        }
        String fix = nearest(there.toAbsolutePath(), kind)
                .map(name -> "; did you mean '" + written.resolveSibling(name) + "'?")
                .orElse(written.startsWith("~") ? "; '~' is not read here, write the whole path" : "");
        String wanted = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return "no " + wanted + " '" + written + "' in the working directory or beside the recipe" + fix;
    }

    private static boolean is(MustExist.Kind kind, Path path) {
        return switch (kind) {
            case FILE -> Files.isRegularFile(path);
            case FOLDER -> Files.isDirectory(path);
            case FILE_OR_FOLDER -> Files.isRegularFile(path) || Files.isDirectory(path);
        };
    }

    private static Optional<String> nearest(Path missing, MustExist.Kind kind) {
        if (missing.getParent() == null || !Files.isDirectory(missing.getParent())) {
            return Optional.empty();
        }
        try (Stream<Path> siblings = Files.list(missing.getParent())) {
            List<String> names = siblings.filter(path -> is(kind, path))
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
            return Names.nearest(missing.getFileName().toString(), names);
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty(); // a suggestion less; the problem itself is told anyway
        }
    }
}
