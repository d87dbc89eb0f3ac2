package lakehouse.spark;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import javax.security.sasl.AuthenticationException;
import org.apache.hive.service.auth.PasswdAuthenticationProvider;

/**
 * Lets two users of the Thrift server in: the owner and the reader. The environment holds their
 * names and the SHA-256 of their passwords, so that nothing in this process tells a password.
 */
public class ThriftLogin implements PasswdAuthenticationProvider {

    static final String READER = "LAKEHOUSE_THRIFT_READER";
    private static final String OWNER = "LAKEHOUSE_THRIFT_USER";

    private final Map<String, String> digests =
            Map.of(
                    needed(OWNER), needed("LAKEHOUSE_THRIFT_DIGEST"),
                    needed(READER), needed("LAKEHOUSE_THRIFT_READER_DIGEST"));

    @Override
    public void Authenticate(final String user, final String password)
            throws AuthenticationException {
        final String expected = digests.getOrDefault(user == null ? "" : user, "");
        if (!MessageDigest.isEqual(bytes(expected), bytes(digest(password)))) {
            throw new AuthenticationException("wrong user or password");
        }
    }

    private static String digest(final String password) {
        try {
            final MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(bytes(password == null ? "" : password)));
        } catch (final NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String needed(final String name) {
        final String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException(name + " must be set");
        }
        return value;
    }
}
