package org.scedit.plugins.lokr;

/**
 * A layer's side as a product: the left factor's side times the right one's.
 *
 * @param left  of the left factor
 * @param right of the right factor
 */
record Split(int left, int right) {
    /**
     * Splits a side as PEFT does.
     *
     * @param side   positive
     * @param factor the left one, where it divides the side; else the largest below it, and below the side's root, that
     *     does; -1 for the largest below the root
     */
    static Split of(int side, int factor) {
        if (factor > 0 && side % factor == 0) {
            return new Split(factor, side / factor);
        }
        int left = 1;
        for (int divisor = 2; divisor * divisor <= side && (factor < 0 || divisor <= factor); divisor++) {
            left = side % divisor == 0 ? divisor : left;
        }
        return new Split(left, side / left);
    }
}
