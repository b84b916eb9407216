package org.scedit.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ApiVersionTest {
    private static final Pattern VERSION =
            Pattern.compile("<artifactId>scedit-parent</artifactId>\\s*<version>(.+?)</version>");

    /** Plugins are held to the one, and what they were compiled against has the other. */
    @Test
    void whatPluginsRequireIsComparedWithTheVersionThatTheApiIsBuiltWith() throws IOException {
        var pom = VERSION.matcher(Files.readString(Path.of("../framework-api/pom.xml")));
        assertThat(pom.find()).isTrue();
        assertThat(PluginCatalogue.API_VERSION).isEqualTo(pom.group(1));
    }
}
