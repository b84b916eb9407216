package org.scedit.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an executor says of the machine it is on. */
class WorkplaceTest {
    private static final String EXECUTOR = "executor on " + Workplace.host();

    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void installation() throws IOException {
        home = Files.createDirectory(folder.resolve("home"));
        Path launcher = Files.createFile(home.resolve("scedit"));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void nothingIsWrongWhereAllIsThere() {
        try (Token token = Token.in(folder)) {
            assertThat(workplace(token.secret(), folder, home).problem()).isEmpty();
        }
    }

    @Test
    void aFolderThatIsNotThereIsNotShared() {
        assertThat(workplace("a", folder, home).problem())
                .contains(EXECUTOR + " does not see the sweep's folder " + folder
                        + "; it must be on storage that all machines mount under this path");
    }

    @Test
    void anotherFolderUnderTheSamePathIsNotShared() throws IOException {
        Files.writeString(folder.resolve(".spark"), "of another sweep");

        assertThat(workplace("a", folder, home).problem()).hasValueSatisfying(problem -> assertThat(problem)
                .startsWith(EXECUTOR + " does not see the sweep's folder"));
    }

    @Test
    void theWorkingDirectoryMustBeThere() {
        try (Token token = Token.in(folder)) {
            assertThat(workplace(token.secret(), folder.resolve("elsewhere"), home)
                            .problem())
                    .contains(EXECUTOR + " has no folder " + folder + "/elsewhere, from where the sweep was started;"
                            + " start it in a folder that all machines mount under one path");
        }
    }

    @Test
    void theApplicationMustBeThere() {
        try (Token token = Token.in(folder)) {
            assertThat(workplace(token.secret(), folder, folder.resolve("opt")).problem())
                    .contains(EXECUTOR + " has no scedit in " + folder + "/opt; install it there, or tell the folder"
                            + " where it is on all machines: SCEDIT_JAVA_OPTS=-Dspark.scedit.home=FOLDER");
        }
    }

    private Workplace workplace(String secret, Path directory, Path home) {
        return new Workplace(
                directory.toString(), folder.resolve(".spark").toString(), secret, home.toString(), Map.of());
    }
}
