package org.scedit.core.hub;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;
import org.scedit.core.UserException;
import org.scedit.core.hub.HubClient.RemoteFile;

/**
 * The download of one file to its blob: goes on where an earlier one ended, tries again after failures, and gives the
 * content its name only when its hash is right.
 */
final class Download {
    /** A wrong hash is tried once more from the first byte: an interrupted writer may have left the wrong bytes. */
    private static final int HASH_ATTEMPTS = 2;

    private final HubSettings settings;
    private final HubCache cache;
    private final RemoteCommit commit;
    private final RemoteFile file;
    private final LongConsumer progress;
    private final HubModels.Watch watch;
    /** Bytes that were there at best. A server without ranges begins anew each time, which alone is no progress. */
    private long furthest;

    /** @param progress told how many bytes of the file are there */
    Download(
            HubSettings settings,
            HubCache cache,
            RemoteCommit commit,
            RemoteFile file,
            LongConsumer progress,
            HubModels.Watch watch) {
        this.settings = settings;
        this.cache = cache;
        this.commit = commit;
        this.file = file;
        this.progress = progress;
        this.watch = watch;
    }

    /**
     * Makes the file one of the snapshot's; nothing is downloaded if its content is in the cache already.
     *
     * @throws UserException if the hub does not give it, gives another content, or the disk refuses
     */
    void run() {
        try (var lock = cache.lock(file.etag(), watch)) {
            boolean fresh = !Files.isRegularFile(cache.blob(file.etag()));
            if (fresh) {
                download();
            }
            cache.place(commit.hash(), file.name(), file.etag(), fresh);
        } catch (IOException e) {
            throw diskRefuses(e);
        }
    }

    private void download() throws IOException {
        Path growing = cache.incomplete(file.etag());
        for (int i = 0; i < HASH_ATTEMPTS; i++) {
            try (FileChannel out = FileChannel.open(growing, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                fill(out);
            }
            if (isRight(growing)) {
                Files.move(growing, cache.blob(file.etag()), StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            Files.delete(growing);
        }
        throw new UserException("hub model " + commit.model() + ": " + file.name() + " arrived " + HASH_ATTEMPTS
                + " times with another content than its hash says (" + file.etag()
                + "); nothing of it was kept. A proxy may change it; try again, or another network or HF_ENDPOINT");
    }

    /** Until the whole file is there. */
    private void fill(FileChannel out) {
        var patience = new Patience(settings);
        while (true) {
            watch.requireGoingOn();
            try {
                if (isWhole(size(out)) || transfer(out, patience)) {
                    return;
                }
                // fewer bytes than announced, without an error
                patience.after(new IOException("the connection ended early"));
            } catch (IOException e) {
                waitAfter(e, patience);
            }
        }
    }

    private void waitAfter(IOException failure, Patience patience) {
        try {
            patience.after(failure);
        } catch (IOException tooMany) {
            throw new UserException(
                    "hub model " + commit.model() + ": " + file.name() + " cannot be downloaded: "
                            + HubClient.reason(tooMany)
                            + "; what has arrived is kept, and the same command goes on from there",
                    tooMany);
        }
    }

    private boolean isWhole(long length) {
        return file.size().isPresent() && length == file.size().getAsLong();
    }

    /** @return whether the whole file is there now, as far as its size tells */
    private boolean transfer(FileChannel out, Patience patience) throws IOException {
        long from = size(out);
        if (file.size().isEmpty() || from > file.size().getAsLong()) {
            restart(out);
            from = 0;
        }
        var response = commit.open(file, from);
        try (TimedBody body = response.body()) {
            long position = beginning(response, from);
            if (position != from || response.statusCode() == 416) {
                restart(out);
            }
            if (response.statusCode() == 416) {
                throw new IOException("the hub has no bytes from " + from + " on");
            }
            for (List<ByteBuffer> bytes = body.next(); !bytes.isEmpty(); bytes = body.next()) {
                for (ByteBuffer each : bytes) {
                    position += write(out, each, position);
                }
                if (position > furthest) {
                    furthest = position;
                    patience.progressed();
                }
                progress.accept(position);
                watch.requireGoingOn();
            }
            return file.size().isEmpty() || isWhole(position);
        }
    }

    /** A server may not know ranges and send everything. */
    private static long beginning(HttpResponse<?> response, long from) {
        String expected = "bytes " + from + "-";
        boolean part = response.statusCode() == 206
                && response.headers()
                        .firstValue("Content-Range")
                        .filter(range -> range.startsWith(expected))
                        .isPresent();
        return part ? from : 0;
    }

    private boolean isRight(Path content) throws IOException {
        return switch (file.etag().length()) {
            case 64 -> hash("SHA-256", "", content).equals(file.etag());
            case 40 ->
                // git's name of a content: the SHA-1 of "blob", its length and itself
                hash("SHA-1", "blob " + Files.size(content) + "\0", content).equals(file.etag());
            default -> true; // another server's own tag, which tells nothing of the content
        };
    }

    private static String hash(String algorithm, String before, Path content) throws IOException {
        try (var in = Files.newInputStream(content)) {
            var digest = MessageDigest.getInstance(algorithm);
            digest.update(before.getBytes(StandardCharsets.US_ASCII));
            byte[] buffer = new byte[1 << 20];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    // The disk's failures must not be taken for the network's, which are tried again.

    private long size(FileChannel out) {
        try {
            return out.size();
        } catch (IOException e) {
            throw diskRefuses(e);
        }
    }

    private void restart(FileChannel out) {
        try {
            if (out.size() > 0) {
                out.truncate(0);
            }
        } catch (IOException e) {
            throw diskRefuses(e);
        }
    }

    private int write(FileChannel out, ByteBuffer bytes, long position) {
        int length = bytes.remaining();
        try {
            for (long at = position; bytes.hasRemaining(); ) {
                at += out.write(bytes, at);
            }
            return length;
        } catch (IOException e) {
            throw diskRefuses(e);
        }
    }

    private UserException diskRefuses(IOException e) {
        return new UserException(
                "cannot write " + file.name() + " of hub model " + commit.model() + " to the cache " + settings.cache()
                        + ": "
                        + HubClient.reason(e)
                        + "; free some space, or name another folder in HF_HUB_CACHE; what has arrived is kept",
                e);
    }
}
