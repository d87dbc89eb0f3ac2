package lakehouse.nifi;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import org.apache.nifi.authentication.AuthenticationResponse;
import org.apache.nifi.authentication.LoginCredentials;
import org.apache.nifi.authentication.LoginIdentityProvider;
import org.apache.nifi.authentication.LoginIdentityProviderConfigurationContext;
import org.apache.nifi.authentication.LoginIdentityProviderInitializationContext;
import org.apache.nifi.authentication.exception.InvalidLoginCredentialsException;

/**
 * Lets one user in, whose name and password the server's environment holds: no password stands in
 * a file of NiFi's.
 */
public class OneUser implements LoginIdentityProvider {

    static final String USER = "LAKEHOUSE_NIFI_USER";
    private static final String PASSWORD = "LAKEHOUSE_NIFI_PASSWORD";
    private static final long VALID_MILLIS = TimeUnit.HOURS.toMillis(12);

    @Override
    public void initialize(final LoginIdentityProviderInitializationContext context) {
        // there is nothing to keep
    }

    @Override
    public void onConfigured(final LoginIdentityProviderConfigurationContext context) {
        if (System.getenv(USER) == null || System.getenv(PASSWORD) == null) {
            throw new IllegalStateException(USER + " and " + PASSWORD + " must be set");
        }
    }

    @Override
    public AuthenticationResponse authenticate(final LoginCredentials credentials) {
        final boolean userIsRight = same(System.getenv(USER), credentials.getUsername());
        final boolean passwordIsRight = same(System.getenv(PASSWORD), credentials.getPassword());
        if (!(userIsRight & passwordIsRight)) {
            throw new InvalidLoginCredentialsException("wrong user or password");
        }
        final String user = credentials.getUsername();
        return new AuthenticationResponse(user, user, VALID_MILLIS, getClass().getSimpleName());
    }

    @Override
    public void preDestruction() {
        // there is nothing to close
    }

    /** Compares in a time that does not tell how many characters are right. */
    private static boolean same(final String expected, final String given) {
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }
}
