package org.scedit.core.hub;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.scedit.core.UserException;
import org.scedit.core.hub.HubClient.Listing;
import org.scedit.core.model.ConfigFile;

/**
 * Models by name: the folder of a hub's model, from the cache or downloaded into it. Makes no request before a model is
 * asked for.
 */
public final class HubModels {
    /**
     * Who waits for a download.
     *
     * @param out      progress and notices, for a person
     * @param terminal whether {@code out} is a terminal
     * @param stop     asked often; when it says true, the download ends, and a later one goes on with it
     */
    public record Watch(PrintStream out, boolean terminal, BooleanSupplier stop) {
        /** @throws UserException if the download is to end */
        void requireGoingOn() {
            if (stop.getAsBoolean()) {
                throw new UserException(
                        "stopped while downloading; what has arrived is kept, and the same command goes on from there");
            }
        }
    }

    /**
     * A model in the cache.
     *
     * @param folder in diffusers' layout, complete
     * @param commit that it is of, 40 hex digits
     */
    public record Located(Path folder, String commit) {}

    private final HubSettings settings;

    /** @param settings where hub and cache are */
    public HubModels(HubSettings settings) {
        this.settings = settings;
    }

    /** As the process's environment says, see {@link HubSettings#of}. */
    public static HubModels ofProcess() {
        return new HubModels(HubSettings.of(System.getenv(), Path.of(System.getProperty("user.home"))));
    }

    /**
     * The folder of a model, downloaded if it is not complete in the cache. A model with a known commit that is complete
     * costs no request, another one a single one, which tells where its revision is now.
     *
     * @param variant of the weights, such as {@code fp16}; empty: plain weights where there are some
     * @throws UserException if it cannot be had; the message says why and what to do
     */
    public Located locate(HubModel model, Optional<String> variant, Watch watch) {
        Optional<Located> cached = cached(model, variant);
        if (cached.isPresent() && (settings.offline() || model.pinned().isPresent())) {
            return cached.get();
        }
        if (settings.offline()) {
            throw new UserException(whyNotCached(model, variant)
                    + "; offline (HF_HUB_OFFLINE) nothing is downloaded, so unset it once");
        }
        var client = new HubClient(settings);
        Listing listing;
        try {
            listing = client.listing(model);
        } catch (IOException e) {
            if (cached.isPresent()) {
                watch.out()
                        .println("hub       " + settings.endpoint() + " cannot be reached (" + HubClient.reason(e)
                                + "); taking " + model + " from the cache, commit "
                                + cached.get().commit());
                return cached.get();
            }
            throw new UserException(
                    "hub model " + model + ": " + settings.endpoint() + " cannot be reached: " + HubClient.reason(e)
                            + "; check the network and HF_ENDPOINT, or give the folder of a model as path",
                    e);
        }
        return fetch(client, model, listing, variant, watch);
    }

    /**
     * The model in the cache, without any request.
     *
     * @return empty if it is not there, or not complete
     * @throws UserException if what is there is no model that is supported
     */
    public Optional<Located> cached(HubModel model, Optional<String> variant) {
        var cache = new HubCache(settings, model);
        return known(cache, model)
                .filter(commit -> missing(cache, commit, variant).isEmpty())
                .map(commit -> new Located(cache.snapshot(commit), commit));
    }

    /** One line: that the model is not in the cache or which of its files are not. */
    public String whyNotCached(HubModel model, Optional<String> variant) {
        var cache = new HubCache(settings, model);
        return "hub model " + model
                + known(cache, model)
                        .filter(commit -> !cache.files(commit).isEmpty())
                        .map(commit -> ": these files of commit " + commit + " are not in the cache " + settings.cache()
                                + ": " + String.join(", ", missing(cache, commit, variant)))
                        .orElse(": is not in the cache " + settings.cache());
    }

    private static Optional<String> known(HubCache cache, HubModel model) {
        return model.pinned().or(() -> cache.commit(model.revision()));
    }

    private static List<String> missing(HubCache cache, String commit, Optional<String> variant) {
        List<String> there = cache.files(commit);
        return there.contains(ModelFiles.INDEX)
                ? new ModelFiles(index(cache, commit), there, variant).missing()
                : List.of(ModelFiles.INDEX);
    }

    private static ConfigFile index(HubCache cache, String commit) {
        return ConfigFile.read(cache.snapshot(commit).resolve(ModelFiles.INDEX));
    }

    private Located fetch(HubClient client, HubModel model, Listing listing, Optional<String> variant, Watch watch) {
        if (!listing.files().contains(ModelFiles.INDEX)) {
            throw new UserException("hub model " + model + ": is no diffusers model, it has no " + ModelFiles.INDEX
                    + "; " + ModelFiles.insteadOf(listing.files()));
        }
        var cache = new HubCache(settings, model);
        String commit = listing.commit();
        var download = new SnapshotDownload(settings, cache, new RemoteCommit(client, model, commit), watch);
        download.fetch(List.of(ModelFiles.INDEX));
        var files = new ModelFiles(index(cache, commit), listing.files(), variant);
        if (!files.missing().isEmpty()) {
            throw new UserException("hub model " + model + ": lacks " + String.join(", ", files.missing())
                    + "; a model needs all its parts, with weights as safetensors. Nothing more was downloaded; another"
                    + " revision may have them");
        }
        download.fetch(files.needed());
        if (model.commit().isEmpty()) { // else it may have been there long ago
            cache.remember(model.revision(), commit);
        }
        return new Located(cache.snapshot(commit), commit);
    }
}
