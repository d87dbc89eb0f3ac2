package lakehouse.nifi;

/**
 * How far a log file has been read.
 *
 * @param offset bytes read from the file's beginning
 * @param isInsideCutLine whether the next bytes are the rest of a line that was cut
 * @param seenAt when the file was last there, in seconds since 1970
 */
record Place(long offset, boolean isInsideCutLine, long seenAt) {

    static final Place BEGINNING = new Place(0, false, 0);
    private static final String CUT = "cut";
    private static final String WHOLE = "whole";

    /** Reads what {@link #toText} wrote. */
    static Place fromText(final String text) {
        final String[] parts = text.split(" ");
        return new Place(Long.parseLong(parts[0]), parts[1].equals(CUT), Long.parseLong(parts[2]));
    }

    /** The place as NiFi's state keeps it, readable for people who look at it there. */
    String toText() {
        return offset + " " + (isInsideCutLine ? CUT : WHOLE) + " " + seenAt;
    }

    /** The place behind so many more bytes. */
    Place behind(final long bytes, final boolean insideCutLine) {
        return new Place(offset + bytes, insideCutLine, seenAt);
    }

    /** The same place, seen at that second. */
    Place seen(final long second) {
        return new Place(offset, isInsideCutLine, second);
    }
}
