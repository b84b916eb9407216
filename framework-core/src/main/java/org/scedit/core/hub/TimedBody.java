package org.scedit.core.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A response's body as it arrives, with a limit on its silence, which Java's HTTP client does not have: its time-out ends
 * with the headers. Asks for the next piece only when one was taken, so that a slow disk slows the sender.
 */
final class TimedBody implements BodySubscriber<TimedBody>, AutoCloseable {
    /** Bytes, or none at the end; or what broke the connection. */
    private record Arrival(List<ByteBuffer> bytes, Throwable failure) {}

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final Duration limit;
    private Flow.Subscription subscription;
    private boolean closed;

    /** @param limit the longest silence */
    TimedBody(Duration limit) {
        this.limit = limit;
    }

    @Override
    public CompletionStage<TimedBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        if (bytes.isEmpty()) { // would look like the end
            askForMore();
            return;
        }
        arrivals.add(new Arrival(bytes, null));
    }

    @Override
    public void onError(Throwable failure) {
        arrivals.add(new Arrival(List.of(), failure));
    }

    @Override
    public void onComplete() {
        arrivals.add(new Arrival(List.of(), null));
    }

    /**
     * Waits for the next bytes.
     *
     * @return empty at the end
     * @throws IOException if nothing arrives within the limit, or the connection breaks before the end
     */
    List<ByteBuffer> next() throws IOException {
        Arrival arrival;
        try {
            arrival = arrivals.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        if (arrival == null) {
            throw new HttpTimeoutException("no byte arrived for " + HubClient.inWords(limit));
        }
        if (arrival.failure() != null) {
            throw new IOException("the connection broke: " + HubClient.reason(arrival.failure()), arrival.failure());
        }
        if (!arrival.bytes().isEmpty()) {
            askForMore();
        }
        return arrival.bytes();
    }

    private synchronized void askForMore() {
        subscription.request(1);
    }

    /** Ends the connection unless the body was read to its end. */
    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
