package org.scedit.core;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes files that are either whole or not there: to a temporary name in the same folder, then moved into place. An
 * older file of that name stays until the new one is whole.
 */
public final class AtomicFiles {
    /** Writes a file's bytes to the given stream. */
    @FunctionalInterface
    public interface Content {
        /** @throws IOException if the disk refuses; the target is then left as it was */
        void writeTo(OutputStream out) throws IOException;
    }

    private AtomicFiles() {}

    /**
     * Creates or replaces {@code target}; missing folders are made.
     *
     * @throws UserException if it cannot be written (full disk, no permission); what was there before is untouched
     */
    public static void write(Path target, Content content) {
        Path absolute = target.toAbsolutePath();
        Path temporary = absolute.resolveSibling("." + absolute.getFileName() + ".part");
        try {
            Files.createDirectories(absolute.getParent());
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16)) {
                content.writeTo(out);
            }
            move(temporary, absolute);
        } catch (IOException | UncheckedIOException e) {
            deleteQuietly(temporary);
            throw new UserException(
                    "cannot write " + target + ": " + reason(e)
                            + "; free some space or choose another output folder, nothing already written was changed",
                    e);
        } catch (RuntimeException e) {
            deleteQuietly(temporary);
            throw e;
        }
    }

    /** Creates or replaces a UTF-8 text file, as {@link #write}. */
    public static void writeText(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException ignored) {
            // the first failure is the one worth telling
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
