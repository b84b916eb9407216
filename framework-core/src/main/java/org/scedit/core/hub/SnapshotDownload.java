package org.scedit.core.hub;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.hub.HubClient.RemoteFile;
import org.scedit.core.run.ProgressLine;

/** The download of a snapshot's files, one after the other, with one line of progress. */
final class SnapshotDownload {
    private final HubSettings settings;
    private final HubCache cache;
    private final RemoteCommit commit;
    private final HubModels.Watch watch;

    SnapshotDownload(HubSettings settings, HubCache cache, RemoteCommit commit, HubModels.Watch watch) {
        this.settings = settings;
        this.cache = cache;
        this.commit = commit;
        this.watch = watch;
    }

    /**
     * Downloads those of the files that the snapshot does not have.
     *
     * @param names relative paths, with slashes
     * @throws UserException if one cannot be had; those before it stay
     */
    void fetch(List<String> names) {
        List<String> there = cache.files(commit.hash());
        List<RemoteFile> files = new ArrayList<>();
        try {
            for (String name : names) {
                if (!there.contains(name)) {
                    watch.requireGoingOn();
                    files.add(commit.file(name));
                }
            }
        } catch (IOException e) {
            throw new UserException(
                    "hub model " + commit.model() + ": cannot be downloaded: " + HubClient.reason(e)
                            + "; what has arrived is kept, and the same command goes on from there",
                    e);
        }
        if (files.isEmpty()) {
            return;
        }
        long total = files.stream().mapToLong(file -> file.size().orElse(0)).sum();
        requireSpace(files);
        try (var progress = new Progress(total)) {
            for (RemoteFile file : files) {
                new Download(settings, cache, commit, file, done -> progress.update(file, done), watch).run();
                progress.finished(file);
            }
        }
    }

    /** Before the first byte, as far as sizes are told. */
    private void requireSpace(List<RemoteFile> files) {
        try {
            long needed = 0;
            for (RemoteFile file : files) {
                Path growing = cache.incomplete(file.etag());
                boolean there = Files.isRegularFile(cache.blob(file.etag()));
                long begun = Files.isRegularFile(growing) ? Files.size(growing) : 0;
                needed += there ? 0 : Math.max(0, file.size().orElse(0) - begun);
            }
            Files.createDirectories(settings.cache());
            FileStore disk = Files.getFileStore(settings.cache());
            if (disk.getUsableSpace() < needed) {
                throw new UserException(
                        "hub model " + commit.model() + ": " + mebibytes(needed) + " MiB are to be downloaded, and the"
                                + " disk of the cache " + settings.cache() + " has " + mebibytes(disk.getUsableSpace())
                                + " MiB left; free some space, or name another folder in HF_HUB_CACHE");
            }
        } catch (IOException e) {
            throw new UserException(
                    "the cache " + settings.cache() + " cannot be used: " + HubClient.reason(e)
                            + "; name another folder in HF_HUB_CACHE",
                    e);
        }
    }

    private static int mebibytes(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + (1 << 20) - 1) >> 20);
    }

    /** One line for all files of a model; none for less than a MiB, which is there before it could be read. */
    private final class Progress implements AutoCloseable {
        private final Optional<ProgressLine> line;
        private long before;

        Progress(long total) {
            line = Optional.of(total)
                    .filter(bytes -> bytes >= 1 << 20)
                    .map(bytes -> ProgressLine.start(
                            "downloading " + commit.model(),
                            "MiB",
                            0,
                            mebibytes(bytes),
                            watch.out(),
                            watch.terminal()));
        }

        void update(RemoteFile file, long done) {
            line.ifPresent(shown -> shown.update(mebibytes(before + done), file.name()));
        }

        void finished(RemoteFile file) {
            before += file.size().orElse(0);
            update(file, 0);
        }

        @Override
        public void close() {
            line.ifPresent(ProgressLine::close);
        }
    }
}
