package lakehouse.nifi;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The state of the reader: how far each file was read, by its identity.
 *
 * <p>The identity of a file is the hash of its first line; where another file has it already, a
 * number follows. It is given once and stays with the content.
 */
final class Known {

    private static final long FORGOTTEN_SECONDS = TimeUnit.DAYS.toSeconds(1);
    // keys of the state with a blank are no identities
    private static final String FINISHED = "finished ";
    private static final String NUMBER = "number ";
    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, String> finished = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private boolean isChanged;

    Known(final Map<String, String> state) {
        state.forEach((key, text) -> {
            if (key.startsWith(FINISHED)) {
                finished.put(key.substring(FINISHED.length()), text);
            } else if (key.startsWith(NUMBER)) {
                numbers.put(key.substring(NUMBER.length()), Integer.valueOf(text));
            } else {
                places.put(key, Place.fromText(key, text));
            }
        });
    }

    /** True if the state has to be stored. */
    boolean isChanged() {
        return isChanged;
    }

    Place place(final String identity) {
        return places.get(identity);
    }

    void put(final String identity, final Place place) {
        places.put(identity, place);
        isChanged = true;
    }

    /** The identity of a file of the same inode that has grown, or has not changed. */
    Optional<String> grown(final String base, final LogFile log) throws IOException {
        for (final String identity : candidates(base)) {
            final Place place = places.get(identity);
            if (place.file().equals(log.key()) && isAt(place, log)) {
                return Optional.of(identity);
            }
        }
        return Optional.empty();
    }

    /** The identities of other files that had the same content as far as they were read. */
    List<String> sameContent(final String base, final LogFile log) throws IOException {
        final List<String> found = new ArrayList<>();
        for (final String identity : candidates(base)) {
            final Place place = places.get(identity);
            final boolean isSame =
                    place.isOld()
                            ? isPlausible(place, log)
                            : isAt(place, log) && log.content(place.offset()) == place.content();
            if (isSame) {
                found.add(identity);
            }
        }
        return found;
    }

    /** True if that file was read at least up to that size. */
    boolean hasRead(final String base, final String file, final long size) {
        return candidates(base).stream()
                .map(places::get)
                .anyMatch(place -> place.file().equals(file) && place.offset() >= size);
    }

    /** Goes on with an identity in another file. */
    void move(final String identity, final LogFile log) throws IOException {
        final Place place = places.get(identity);
        put(
                identity,
                place.in(log.key(), log.content(place.offset()), log.end(place.offset())));
    }

    /** An identity that no other file has. */
    String begin(final String base, final LogFile log) {
        String identity = base;
        if (places.containsKey(base) || numbers.containsKey(base)) {
            // kept for ever, so that it never comes back: only for the few bases of several files
            identity = base + "-" + numbers.merge(base, 2, (number, first) -> number + 1);
        }
        put(identity, Place.beginning(base, log.key()));
        return identity;
    }

    /** True if a file is as long as what was read, with the same last bytes before the offset. */
    static boolean isAt(final Place place, final LogFile log) throws IOException {
        return log.size() >= place.offset() && log.end(place.offset()) == place.end();
    }

    /** Notes that a file was read to its end, or is a copy: until its time or size changes. */
    void finish(final Listing.Seen file) {
        final String identity = Optional.ofNullable(file.identity()).orElse("");
        finished.put(file.mark(), identity + " " + Instant.now().getEpochSecond());
        isChanged = true;
    }

    /** True if that was noted; sets the identity of the file. */
    boolean isFinished(final Listing.Seen file) {
        final String text = finished.get(file.mark());
        if (text != null) {
            final String identity = text.substring(0, text.indexOf(' '));
            if (!identity.isEmpty()) {
                file.identity(identity);
            }
        }
        return text != null;
    }

    /**
     * The state to keep.
     *
     * @param present identities of files that are there
     * @param marks of files that are there
     * @param mayForget whether everything that is there is named in both
     */
    Map<String, String> toState(
            final Set<String> present, final Set<String> marks, final boolean mayForget) {
        final long now = Instant.now().getEpochSecond();
        final Map<String, String> kept = new HashMap<>();
        places.forEach((identity, place) -> {
            if (present.contains(identity)) {
                kept.put(identity, place.seen(now).toText());
            } else if (!mayForget || now - place.seenAt() < FORGOTTEN_SECONDS) {
                kept.put(identity, place.toText());
            }
        });
        finished.forEach((mark, text) -> {
            if (!mayForget || marks.contains(mark)) {
                kept.put(FINISHED + mark, text);
            }
        });
        numbers.forEach((base, number) -> kept.put(NUMBER + base, number.toString()));
        return kept;
    }

    /** Identities with that first line, the one read farthest first. */
    private List<String> candidates(final String base) {
        return places.entrySet().stream()
                .filter(entry -> entry.getValue().base().equals(base))
                .sorted(Comparator.comparing(entry -> -entry.getValue().offset()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** True if a file may be one of which only first line and offset are known. */
    private static boolean isPlausible(final Place place, final LogFile log) throws IOException {
        final long size = log.size();
        if (size <= place.offset() || place.isInsideCutLine()) {
            return size >= place.offset();
        }
        return place.offset() == 0 || log.read(place.offset() - 1, 1)[0] == '\n';
    }
}
