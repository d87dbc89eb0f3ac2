package lakehouse.nifi;

import java.util.Arrays;

/**
 * The offset up to which a log file was read, and what the file is recognised by.
 *
 * @param base hash of the file's first line
 * @param offset bytes read from the file's beginning
 * @param isInsideCutLine whether the next bytes are the rest of a line that was cut
 * @param seenAt when the file was last there, in seconds since 1970
 * @param file device and inode of the file; empty where an older version kept the place
 * @param content hash of all bytes before the offset
 * @param end hash of the last bytes before the offset
 */
record Place(
        String base,
        long offset,
        boolean isInsideCutLine,
        long seenAt,
        String file,
        long content,
        long end) {

    /** The most bytes before an offset that {@link #end} covers. */
    static final int END_BYTES = 1024;
    private static final String CUT = "cut";
    private static final String WHOLE = "whole";
    private static final int OLD_PARTS = 3;

    /** The place of a file of which nothing was read. */
    static Place beginning(final String base, final String file) {
        return new Place(base, 0, false, 0, file, Fnv.EMPTY, Fnv.EMPTY);
    }

    /** Parses what {@link #toText} wrote, or a version that stored an offset only. */
    static Place fromText(final String identity, final String text) {
        final String[] parts = text.split(" ");
        final long offset = Long.parseLong(parts[0]);
        final boolean isCut = parts[1].equals(CUT);
        final long seenAt = Long.parseLong(parts[2]);
        if (parts.length == OLD_PARTS) {
            return new Place(identity, offset, isCut, seenAt, "", 0, 0);
        }
        return new Place(
                parts[3],
                offset,
                isCut,
                seenAt,
                parts[4],
                Long.parseUnsignedLong(parts[5], 16),
                Long.parseUnsignedLong(parts[6], 16));
    }

    /** The place as NiFi's state keeps it, readable for people who look at it there. */
    String toText() {
        final String read = offset + " " + (isInsideCutLine ? CUT : WHOLE) + " " + seenAt;
        if (isOld()) {
            return read;
        }
        final String hashes = Long.toHexString(content) + " " + Long.toHexString(end);
        return String.join(" ", read, base, file, hashes);
    }

    /** True if an older version stored it: without anything to recognise the content by. */
    boolean isOld() {
        return file.isEmpty();
    }

    /** Number of bytes before the offset that {@link #end} covers. */
    int endBytes() {
        return (int) Math.min(offset, END_BYTES);
    }

    /**
     * The place behind a chunk.
     *
     * @param window what was read of the file from {@link #endBytes} before the offset on
     * @param chunk what was taken from it
     */
    Place behind(final byte[] window, final Chunk chunk) {
        final int before = endBytes();
        final int until = before + (int) chunk.bytes();
        final long all = Fnv.hash(content, Arrays.copyOfRange(window, before, until));
        final int from = Math.max(0, until - END_BYTES);
        final long last = Fnv.hash(Fnv.EMPTY, Arrays.copyOfRange(window, from, until));
        return new Place(
                base, offset + chunk.bytes(), chunk.leavesCutLine(), seenAt, file, all, last);
    }

    /** The same place in a file of another inode, or one of which only the offset was kept. */
    Place in(final String otherFile, final long allContent, final long lastContent) {
        return new Place(
                base, offset, isInsideCutLine, seenAt, otherFile, allContent, lastContent);
    }

    /** The same place, seen at that second. */
    Place seen(final long second) {
        return new Place(base, offset, isInsideCutLine, second, file, content, end);
    }
}
