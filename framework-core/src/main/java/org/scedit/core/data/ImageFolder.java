package org.scedit.core.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.scedit.api.Picture;
import org.scedit.core.UserException;

/**
 * A folder of pictures with captions. A caption is taken from {@code metadata.jsonl} in the folder, one
 * <pre>{"file_name": "cat.png", "text": "a cat on a chair"}</pre>
 * a line, and for pictures it does not name from {@code cat.txt} beside {@code cat.png}. Sub-folders count; hidden
 * files do not. Examples come in the order of the files' relative names.
 *
 * <p>Opening decodes every picture once, so that a long run does not meet a damaged one at its end. Pictures are not
 * kept in memory.
 */
public final class ImageFolder implements Dataset {
    /**
     * A picture that was left out.
     *
     * @param file   its path
     * @param reason what is wrong with it, in words
     */
    public record Skipped(Path file, String reason) {}

    static final String KINDS = "png, jpg, webp, gif, bmp";

    private static final Set<String> PICTURES = Set.of("png", "jpg", "jpeg", "webp", "gif", "bmp");
    /** More lines than this help nobody; the count still tells all. */
    private static final int MOST_PROBLEMS = 100;

    private record Entry(Path file, String caption) {}

    private final Path folder;
    private final int side;
    private final List<Entry> entries;
    private final List<Skipped> skipped;

    private ImageFolder(Path folder, int side, List<Entry> entries, List<Skipped> skipped) {
        this.folder = folder;
        this.side = side;
        this.entries = List.copyOf(entries);
        this.skipped = List.copyOf(skipped);
    }

    /**
     * Opens a folder and checks all of it.
     *
     * @param folder         pictures and captions
     * @param side           width and height of the examples, pixels; see {@link Pictures#fit}
     * @param skipUnreadable whether pictures that cannot be decoded are left out ({@link #skipped()}) rather than
     *                       refused
     * @throws UserException with every problem: broken lines of metadata.jsonl, captions without a picture, pictures
     *                       without a caption, unreadable pictures, nothing in it
     */
    public static ImageFolder open(Path folder, int side, boolean skipUnreadable) {
        if (!Files.isDirectory(folder)) {
            throw new UserException(folder + ": is not a folder; data.path must name a folder of pictures");
        }
        List<String> problems = new ArrayList<>();
        List<Skipped> skipped = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        Captions captions = Captions.read(folder, problems);
        for (Path file : pictures(folder)) {
            String caption = captions.of(file, problems);
            try {
                Pictures.read(file);
            } catch (UserException e) {
                if (skipUnreadable) {
                    skipped.add(new Skipped(file, e.getMessage().substring((file + ": ").length())));
                } else {
                    problems.add(e.getMessage() + "; repair or remove it, or set data.unreadable to skip");
                }
                continue;
            }
            if (caption != null) {
                entries.add(new Entry(file, caption));
            }
        }
        if (problems.isEmpty() && entries.isEmpty()) {
            problems.add(folder + ": holds no " + (skipped.isEmpty() ? "" : "readable ") + "picture (" + KINDS + ")"
                    + reasons(skipped));
        }
        if (!problems.isEmpty()) {
            throw refusal(problems);
        }
        return new ImageFolder(folder, side, entries, skipped);
    }

    /**
     * A folder in two parts.
     *
     * @param first the larger part, usually: what is trained on
     * @param rest  what is held out
     */
    public record Parts(ImageFolder first, ImageFolder rest) {}

    /**
     * Holds out a share of the pictures. Which ones is told by the SHA-256 of their names alone, so that a picture stays
     * where it is when others come or go, as nearly as the numbers allow.
     *
     * @param share of the pictures, above 0 and below 1; at least one is held out and one is not
     * @throws UserException if there are fewer than two
     */
    public Parts split(double share) {
        if (size() < 2) {
            throw new UserException(folder + ": holds 1 picture, of which none can be held out; give validation.path");
        }
        int held = (int) Math.max(1, Math.min(size() - 1, Math.round(share * size())));
        List<Entry> byHash = new ArrayList<>(entries);
        byHash.sort(Comparator.comparing(entry -> sha256(name(folder, entry.file()))));
        Set<Entry> rest = new HashSet<>(byHash.subList(size() - held, size()));
        return new Parts(
                part(entries.stream().filter(entry -> !rest.contains(entry)).toList()),
                part(entries.stream().filter(rest::contains).toList()));
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private ImageFolder part(List<Entry> kept) {
        return new ImageFolder(folder, side, kept, skipped);
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public Example get(int index) {
        Entry entry = entries.get(index);
        Picture original = Pictures.read(entry.file());
        return new Example(Pictures.fit(original, side), entry.caption(), Pictures.framing(original, side));
    }

    /** The file of an example's picture. */
    public Path file(int index) {
        return entries.get(index).file();
    }

    /** The name of an example's picture, relative to the folder. */
    public Path name(int index) {
        return folder.relativize(file(index));
    }

    /** Width and height of the examples, in pixels. */
    public int side() {
        return side;
    }

    /** Unreadable pictures that were left out, in order; empty unless skipping was asked for. */
    public List<Skipped> skipped() {
        return skipped;
    }

    /**
     * The pictures in a folder and its sub-folders, in the order of their relative names; hidden ones aside.
     *
     * @throws UserException if it is no folder or cannot be listed
     */
    public static List<Path> pictures(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserException(folder + ": is not a folder");
        }
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(file -> isPicture(folder.relativize(file)) && Files.isRegularFile(file))
                    .sorted((one, other) -> name(folder, one).compareTo(name(folder, other)))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UserException(folder + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    /** With forward slashes, so that the order is the same on every system. */
    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    /** By its name, which is relative to the folder. */
    static boolean isPicture(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        String name = relative.toString();
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return name.contains(".") && PICTURES.contains(ending);
    }

    private static String reasons(List<Skipped> skipped) {
        StringBuilder text = new StringBuilder();
        for (Skipped picture : skipped.subList(0, Math.min(skipped.size(), MOST_PROBLEMS))) {
            text.append("\n  ").append(picture.file()).append(": ").append(picture.reason());
        }
        return text.toString();
    }

    private static UserException refusal(List<String> problems) {
        String outcome = "nothing was started";
        if (problems.size() <= MOST_PROBLEMS) {
            return UserException.of(problems, outcome);
        }
        return new UserException(String.join("\n", problems.subList(0, MOST_PROBLEMS)) + "\n... and "
                + (problems.size() - MOST_PROBLEMS) + " more like these\n" + problems.size() + " problems, " + outcome);
    }
}
