package org.scedit.core.plugin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What is read of a plugin's files before any of its classes is loaded. */
final class PluginFiles {
    /** Names the extension classes, one a line; PF4J's annotation processor writes it. */
    static final String INDEX = "META-INF/extensions.idx";

    private PluginFiles() {}

    /** The jars of a folder by name; other files, such as a README, are not plugins. */
    static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** The class names in an index, sorted, so that a listing does not depend on the processor's order. */
    static List<String> readIndex(InputStream index) throws IOException {
        try (var lines = new BufferedReader(new InputStreamReader(index, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(name -> !name.isEmpty())
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    /** SHA-256 of a file, or of a folder's files (names and bytes) in the order of their names, in hexadecimal. */
    static String sha256(Path fileOrFolder) throws IOException {
        MessageDigest digest = newSha256();
        try (Stream<Path> tree = Files.walk(fileOrFolder)) {
            for (Path file : tree.filter(Files::isRegularFile).sorted().toList()) {
                // a separator that is the same everywhere; a single file's name is empty and does not count
                String name = fileOrFolder.relativize(file).toString().replace('\\', '/');
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                update(digest, file);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
