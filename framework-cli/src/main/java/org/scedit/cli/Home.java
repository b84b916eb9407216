package org.scedit.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.scedit.core.plugin.PluginCatalogue;

/** What the launcher tells of the installation, by system properties. */
final class Home {
    private static final Path MODEL = Path.of("models/embedded");

    private Home() {}

    /**
     * The plugins in the folders of {@code scedit.plugins}, separated as on a class path; without that property, those on
     * the class path. The launcher names the folder of the installation's plugins there, then those of the environment
     * variable {@code SCEDIT_PLUGINS}.
     */
    static PluginCatalogue plugins() {
        String folders = System.getProperty("scedit.plugins");
        return folders == null
                ? PluginCatalogue.ofClassPath()
                : PluginCatalogue.ofFolders(Arrays.stream(folders.split(File.pathSeparator))
                        .filter(folder -> !folder.isEmpty())
                        .map(Path::of)
                        .toList());
    }

    /** The embedded model: in the working directory, or else below {@code scedit.home}. */
    static Path embeddedModel() {
        return Files.isDirectory(MODEL)
                ? MODEL
                : Optional.ofNullable(System.getProperty("scedit.home"))
                        .map(home -> Path.of(home).resolve(MODEL))
                        .orElse(MODEL);
    }
}
