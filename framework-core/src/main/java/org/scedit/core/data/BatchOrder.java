package org.scedit.core.data;

import java.util.Random;

/**
 * Which examples each batch holds: every epoch is a new permutation of the data set, and batches are cut from the
 * epochs' endless row, so all are full and one may reach into the next epoch.
 *
 * <p>Batch k is a function of the seed and k alone. A resumed run goes on where it stopped without having kept
 * anything.
 *
 * @param seed  of the permutations
 * @param size  examples in the data set, at least 1
 * @param batch examples in a batch, at least 1
 */
public record BatchOrder(long seed, int size, int batch) {
    public BatchOrder {
        if (size < 1 || batch < 1) {
            throw new IllegalArgumentException("size and batch must be at least 1, got " + size + " and " + batch);
        }
    }

    /**
     * Indices into the data set.
     *
     * @param k number of the batch, from 0
     */
    public int[] batch(long k) {
        int[] indices = new int[batch];
        long epoch = -1;
        int[] permutation = {};
        for (int i = 0; i < batch; i++) {
            long position = Math.multiplyExact(k, (long) batch) + i;
            if (position / size != epoch) {
                epoch = position / size;
                permutation = permutation(epoch);
            }
            indices[i] = permutation[(int) (position % size)];
        }
        return indices;
    }

    /** Epoch in which batch {@code k} begins, from 0. */
    public long epoch(long k) {
        return Math.multiplyExact(k, (long) batch) / size;
    }

    /** Batches that show every example at least {@code epochs} times. */
    public long batches(int epochs) {
        long examples = Math.multiplyExact((long) epochs, (long) size);
        return (examples + batch - 1) / batch;
    }

    private int[] permutation(long epoch) {
        int[] permutation = new int[size];
        Random random = new Random(scrambled(seed + scrambled(epoch)));
        for (int i = 0; i < size; i++) { // Fisher-Yates, inside out
            int j = random.nextInt(i + 1);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
        return permutation;
    }

    /** java.util.Random starts alike for neighbouring seeds; this spreads them (SplitMix64's finisher). */
    private static long scrambled(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
