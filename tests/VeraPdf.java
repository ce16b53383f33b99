import java.io.FileInputStream;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/**
 * Asks the veraPDF engine about files: FLAVOUR[,FLAVOUR...] FILE... One line per broken rule of a file, tabs between
 * file, flavour, rule and what it says; then a line "done" for every file and flavour, so that silence is no approval.
 */
public class VeraPdf {
    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        for (int i = 1; i < arguments.length; i++) {
            for (String flavour : arguments[0].split(",")) {
                for (String failure : failures(arguments[i], PDFAFlavour.byFlavourId(flavour))) {
                    System.out.println(arguments[i] + "\t" + flavour + "\t" + failure);
                }
                System.out.println(arguments[i] + "\t" + flavour + "\tdone");
            }
        }
    }

    private static Set<String> failures(String file, PDFAFlavour flavour) throws Exception {
        if (flavour == PDFAFlavour.NO_FLAVOUR) throw new IllegalArgumentException("unknown flavour");
        Set<String> failures = new LinkedHashSet<>();
        try (FileInputStream stream = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(stream, flavour)) {
            var result = Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
                    failures.add((rule + " " + assertion.getMessage()).replaceAll("\\s+", " "));
                }
            }
            if (failures.isEmpty() && !result.isCompliant()) failures.add("not compliant, and no rule says why");
        }
        return failures;
    }
}
