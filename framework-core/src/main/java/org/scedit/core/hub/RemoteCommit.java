package org.scedit.core.hub;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.scedit.core.hub.HubClient.RemoteFile;

/**
 * A commit of a model at the hub: what is read of it never changes.
 *
 * @param client asks the hub
 * @param model  by name
 * @param hash   of the commit, 40 hex digits
 */
record RemoteCommit(HubClient client, HubModel model, String hash) {
    /** Hash and size of a file, as {@link HubClient#file}. */
    RemoteFile file(String name) throws IOException {
        return client.file(model, hash, name);
    }

    /** Begins to read a file, as {@link HubClient#open}. */
    HttpResponse<TimedBody> open(RemoteFile file, long from) throws IOException {
        return client.open(model, hash, file.name(), from);
    }
}
