package lakehouse.nifi;

import java.util.Arrays;

/**
 * Whole lines found at a place of a log file.
 *
 * @param content the lines, each with its line feed
 * @param lines how many there are
 * @param bytes how many bytes of the file they are, or are to be skipped
 * @param leavesCutLine whether the last line was cut, so that its rest follows in the file
 * @param isCut whether the only line was cut
 */
record Chunk(byte[] content, int lines, long bytes, boolean leavesCutLine, boolean isCut) {

    static final Chunk NOTHING = new Chunk(new byte[0], 0, 0, false, false);
    private static final byte LINE_FEED = '\n';

    /**
     * Takes the whole lines at the beginning of what was read.
     *
     * @param read bytes of the file
     * @param length how many of them count
     * @param isInsideCutLine whether they begin inside a line that was cut
     * @param isLast whether nothing will follow: then the last line needs no line feed
     * @param longest bytes of the longest line; a longer one is cut
     */
    static Chunk of(
            final byte[] read,
            final int length,
            final boolean isInsideCutLine,
            final boolean isLast,
            final int longest) {
        if (isInsideCutLine) {
            final int end = lineFeed(read, 0, length);
            return end < 0 ? skipped(length, !isLast) : skipped(end + 1, false);
        }
        int start = 0;
        int lines = 0;
        int end = lineFeed(read, 0, length);
        while (end >= 0 && end - start <= longest) {
            lines++;
            start = end + 1;
            end = lineFeed(read, start, length);
        }
        if (lines > 0) {
            return new Chunk(Arrays.copyOf(read, start), lines, start, false, false);
        }
        if (length > longest) {
            return new Chunk(line(read, longest), 1, longest, true, true);
        }
        if (isLast && length > 0) {
            return new Chunk(line(read, length), 1, length, false, false);
        }
        return NOTHING;
    }

    /** Whether there is neither a line nor anything to skip. */
    boolean isNothing() {
        return bytes == 0;
    }

    private static Chunk skipped(final int bytes, final boolean leavesCutLine) {
        return new Chunk(new byte[0], 0, bytes, leavesCutLine, false);
    }

    private static byte[] line(final byte[] read, final int length) {
        final byte[] line = Arrays.copyOf(read, length + 1);
        line[length] = LINE_FEED;
        return line;
    }

    private static int lineFeed(final byte[] read, final int from, final int length) {
        for (int position = from; position < length; position++) {
            if (read[position] == LINE_FEED) {
                return position;
            }
        }
        return -1;
    }
}
