package lakehouse.nifi;

import org.apache.nifi.components.PropertyDescriptor;
import org.apache.nifi.components.ValidationResult;
import org.apache.nifi.components.Validator;
import org.apache.nifi.processor.DataUnit;

/** Builds the properties of our processors. */
final class Properties {

    private static final Validator NOT_EMPTY = (subject, input, context) ->
            result(subject, input, !input.isBlank(), "must not be empty");
    private static final Validator WHOLE_NUMBER = (subject, input, context) ->
            result(subject, input, input.matches("[1-9][0-9]{0,8}"), "must be a number above 0");
    private static final Validator SIZE = (subject, input, context) ->
            result(subject, input, isSize(input), "must be a size such as 1 MB");

    private Properties() {
        // only functions
    }

    /** A property that must have a text. */
    static PropertyDescriptor text(final String name, final String description) {
        return required(name, description, NOT_EMPTY).build();
    }

    /** A property that holds a whole number. */
    static PropertyDescriptor number(
            final String name, final String description, final int standard) {
        return required(name, description, WHOLE_NUMBER)
                .defaultValue(Integer.toString(standard))
                .build();
    }

    /** A property that holds a size in bytes, with its unit. */
    static PropertyDescriptor size(
            final String name, final String description, final String standard) {
        return required(name, description, SIZE).defaultValue(standard).build();
    }

    private static PropertyDescriptor.Builder required(
            final String name, final String description, final Validator validator) {
        return new PropertyDescriptor.Builder()
                .name(name)
                .description(description)
                .required(true)
                .addValidator(validator);
    }

    private static boolean isSize(final String input) {
        try {
            return DataUnit.parseDataSize(input, DataUnit.B) >= 1;
        } catch (final IllegalArgumentException notUnderstood) {
            return false;
        }
    }

    private static ValidationResult result(
            final String subject, final String input, final boolean valid, final String reason) {
        return new ValidationResult.Builder()
                .subject(subject)
                .input(input)
                .valid(valid)
                .explanation(valid ? null : reason)
                .build();
    }
}
