package org.scedit.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.scedit.core.UserException;

/**
 * A file in the cells' folder while they run: an executor that reads the secret in it sees the same folder, and stops when
 * it is gone. Spark's own way of telling executors to stop ends with Spark, which ends by itself at the first signal.
 *
 * @param file   in the folder
 * @param secret its content
 */
record Token(Path file, String secret) implements AutoCloseable {
    /** Writes a token into a folder. */
    static Token in(Path folder) {
        var token = new Token(folder.resolve(".spark"), UUID.randomUUID().toString());
        try {
            Files.writeString(token.file, token.secret);
        } catch (IOException e) {
            throw new UserException(token.file + ": cannot be written: " + e.getMessage(), e);
        }
        return token;
    }

    /** Asks all executors to stop. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // the next sweep in this folder writes it anew
        }
    }
}
