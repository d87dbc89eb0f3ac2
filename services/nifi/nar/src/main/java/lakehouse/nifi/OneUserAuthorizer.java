package lakehouse.nifi;

import org.apache.nifi.authorization.AuthorizationRequest;
import org.apache.nifi.authorization.AuthorizationResult;
import org.apache.nifi.authorization.Authorizer;
import org.apache.nifi.authorization.AuthorizerConfigurationContext;
import org.apache.nifi.authorization.AuthorizerInitializationContext;

/** Allows everything to the one user who may log in, and nothing to anybody else. */
public class OneUserAuthorizer implements Authorizer {

    @Override
    public void initialize(final AuthorizerInitializationContext context) {
        // there is nothing to keep
    }

    @Override
    public void onConfigured(final AuthorizerConfigurationContext context) {
        // the environment holds the one name
    }

    @Override
    public AuthorizationResult authorize(final AuthorizationRequest request) {
        if (System.getenv(OneUser.USER).equals(request.getIdentity())) {
            return AuthorizationResult.approved();
        }
        return AuthorizationResult.denied("only " + System.getenv(OneUser.USER) + " may");
    }

    @Override
    public void preDestruction() {
        // there is nothing to close
    }
}
