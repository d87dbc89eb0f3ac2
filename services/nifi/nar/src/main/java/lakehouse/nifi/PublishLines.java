package lakehouse.nifi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.nifi.annotation.behavior.InputRequirement;
import org.apache.nifi.annotation.behavior.ReadsAttribute;
import org.apache.nifi.annotation.behavior.ReadsAttributes;
import org.apache.nifi.annotation.behavior.TriggerSerially;
import org.apache.nifi.annotation.documentation.CapabilityDescription;
import org.apache.nifi.annotation.documentation.Tags;
import org.apache.nifi.annotation.lifecycle.OnStopped;
import org.apache.nifi.annotation.lifecycle.OnUnscheduled;
import org.apache.nifi.components.PropertyDescriptor;
import org.apache.nifi.flowfile.FlowFile;
import org.apache.nifi.processor.AbstractProcessor;
import org.apache.nifi.processor.ProcessContext;
import org.apache.nifi.processor.ProcessSession;
import org.apache.nifi.processor.Relationship;

/**
 * Makes a message of each line, with the line's place as its key.
 *
 * <p>A bundle that failed is sent again as a whole: the keys are the same, by which repeated lines
 * are known.
 */
@Tags({"kafka", "publish", "lines", "lakehouse"})
@CapabilityDescription("Sends each line as a message to Kafka; its key is the identity of the file,"
        + " a colon, and the offset of the line in it")
@InputRequirement(InputRequirement.Requirement.INPUT_REQUIRED)
@TriggerSerially
@ReadsAttributes({
    @ReadsAttribute(attribute = TailLines.IDENTITY, description = "Identity of the file"),
    @ReadsAttribute(attribute = TailLines.OFFSET, description = "Offset of the first line")
})
public class PublishLines extends AbstractProcessor {

    static final PropertyDescriptor SERVERS =
            Properties.text("Bootstrap Servers", "Addresses of Kafka, as host:port");
    static final PropertyDescriptor TOPIC = Properties.text("Topic", "Where messages go");
    static final Relationship SUCCESS =
            new Relationship.Builder()
                    .name("success")
                    .description("Kafka has acknowledged every line")
                    .build();
    static final Relationship FAILURE =
            new Relationship.Builder()
                    .name("failure")
                    .description("Kafka has not acknowledged every line: to be sent again")
                    .build();

    private static final int LARGEST_REQUEST_BYTES = 2 * 1024 * 1024;
    private static final int BUFFER_BYTES = 16 * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private volatile KafkaProducer<byte[], byte[]> producer;

    @Override
    protected List<PropertyDescriptor> getSupportedPropertyDescriptors() {
        return List.of(SERVERS, TOPIC);
    }

    @Override
    public Set<Relationship> getRelationships() {
        return Set.of(SUCCESS, FAILURE);
    }

    @Override
    public void onTrigger(final ProcessContext context, final ProcessSession session) {
        final FlowFile flowFile = session.get();
        if (flowFile == null) {
            return;
        }
        try {
            await(send(flowFile, context, session));
            session.transfer(flowFile, SUCCESS);
        } catch (final InterruptedException stopped) {
            Thread.currentThread().interrupt();
            session.transfer(flowFile, FAILURE);
        } catch (final ExecutionException | RuntimeException failure) {
            getLogger().error("Kafka has not taken {}", flowFile, failure);
            // an idempotent producer may be of no use after an error
            close(Duration.ZERO);
            session.transfer(session.penalize(flowFile), FAILURE);
        }
    }

    /** Ends waiting for a Kafka that does not answer. */
    @OnUnscheduled
    public void stopWaiting() {
        close(PATIENCE);
    }

    /** Closes what a last bundle may have opened. */
    @OnStopped
    public void stop() {
        close(PATIENCE);
    }

    private List<Future<RecordMetadata>> send(
            final FlowFile flowFile, final ProcessContext context, final ProcessSession session) {
        final KafkaProducer<byte[], byte[]> open = open(context);
        final String topic = context.getProperty(TOPIC).getValue();
        final String file = flowFile.getAttribute(TailLines.IDENTITY) + ":";
        long offset = Long.parseLong(flowFile.getAttribute(TailLines.OFFSET));
        final List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (final byte[] line : lines(content(flowFile, session))) {
            final byte[] key = (file + offset).getBytes(StandardCharsets.US_ASCII);
            sent.add(open.send(new ProducerRecord<>(topic, key, line)));
            offset += line.length + 1;
        }
        return sent;
    }

    private static void await(final List<Future<RecordMetadata>> sent)
            throws ExecutionException, InterruptedException {
        for (final Future<RecordMetadata> message : sent) {
            message.get();
        }
    }

    private static byte[] content(final FlowFile flowFile, final ProcessSession session) {
        final ByteArrayOutputStream content = new ByteArrayOutputStream((int) flowFile.getSize());
        session.exportTo(flowFile, content);
        return content.toByteArray();
    }

    private static List<byte[]> lines(final byte[] content) {
        final List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int position = 0; position < content.length; position++) {
            if (content[position] == '\n') {
                lines.add(Arrays.copyOfRange(content, start, position));
                start = position + 1;
            }
        }
        return lines;
    }

    private synchronized KafkaProducer<byte[], byte[]> open(final ProcessContext context) {
        if (producer == null) {
            final Map<String, Object> options = new HashMap<>();
            options.put(
                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                    context.getProperty(SERVERS).getValue());
            options.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
            options.put(ProducerConfig.ACKS_CONFIG, "all");
            options.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
            options.put(ProducerConfig.LINGER_MS_CONFIG, 2);
            options.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST_BYTES);
            options.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
            options.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
            options.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
            options.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
            options.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
            final ByteArraySerializer bytes = new ByteArraySerializer();
            producer = new KafkaProducer<>(options, bytes, bytes);
        }
        return producer;
    }

    private void close(final Duration patience) {
        final KafkaProducer<byte[], byte[]> open;
        synchronized (this) {
            open = producer;
            producer = null;
        }
        if (open != null) {
            open.close(patience);
        }
    }
}
