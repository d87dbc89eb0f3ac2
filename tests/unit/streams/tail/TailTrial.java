package lakehouse.nifi;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Reads logs without NiFi: one command per line of the standard input, its state in memory. */
final class TailTrial implements Tail.Sink {

    private static final String END = "end";
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private Map<String, String> state = new HashMap<>();
    private Tail tail;

    public static void main(final String[] arguments) throws IOException {
        final TailTrial trial = new TailTrial();
        final BufferedReader commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            trial.obey(line.split("\t"));
            trial.out.println(END);
        }
    }

    @Override
    public void lines(
            final Path file, final String identity, final long offset, final Chunk chunk) {
        print(
                "lines",
                identity,
                Long.toString(offset),
                Base64.getEncoder().encodeToString(chunk.content()));
    }

    @Override
    public void unreadable(final Path file, final String reason) {
        print("unreadable", file.getFileName().toString(), reason);
    }

    private void obey(final String[] command) throws IOException {
        switch (command[0]) {
            case "open" -> open(command);
            case "forget" -> state = new HashMap<>();
            case "set" -> state.put(command[1], command[2]);
            case "state" -> state.forEach((key, text) -> print("state", key, text));
            case "read" -> read().ifPresent(after -> state = after);
            // as if NiFi were killed before it has committed
            case "crash" -> read();
            default -> throw new IllegalArgumentException(command[0]);
        }
    }

    private void open(final String[] command) {
        tail =
                new Tail(
                        Path.of(command[1]),
                        Pattern.compile(command[2]),
                        Integer.parseInt(command[3]),
                        Integer.parseInt(command[4]),
                        TimeUnit.MILLISECONDS.toNanos(Long.parseLong(command[5])));
    }

    private Optional<Map<String, String>> read() throws IOException {
        return tail.look() ? tail.read(state, this) : Optional.empty();
    }

    private void print(final String... words) {
        out.println(String.join("\t", words));
    }
}
