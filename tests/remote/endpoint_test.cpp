#include "remote/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/base/error.h"
#include "remote/options.h"
#include "remote/secret.h"
#include "tests/temporary_folder.h"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::message_of;

std::string problem_of(const std::string& text) {
  return message_of<ConfigError>([&] { (void)parse_endpoint(text); });
}

TEST(Endpoint, IsAUrlAndAModel) {
  const auto endpoint = parse_endpoint("openai:http://127.0.0.1:8000/v1/#Qwen/Qwen2-VL-2B#x");
  EXPECT_EQ(endpoint.chat_url(), "http://127.0.0.1:8000/v1/chat/completions");
  EXPECT_EQ(endpoint.model, "Qwen/Qwen2-VL-2B#x");
  EXPECT_TRUE(endpoint.is_local);
  EXPECT_FALSE(endpoint.is_encrypted);
  const auto hosted = parse_endpoint("openai:https://api.example.org/v1#m");
  EXPECT_TRUE(hosted.is_encrypted);
  EXPECT_FALSE(hosted.is_local);
}

TEST(Endpoint, SaysWhatIsMissing) {
  EXPECT_THAT(problem_of("openai:http://host/v1"), HasSubstr("name the model that is served there behind a #"));
  EXPECT_THAT(problem_of("openai:http://host/v1#"), HasSubstr("behind a #"));
  EXPECT_THAT(problem_of("openai:file:///etc/passwd#m"), HasSubstr("expected an http or https URL"));
  EXPECT_THAT(problem_of("openai:host#m"), HasSubstr("expected an http or https URL"));
  EXPECT_THAT(problem_of("openai:http://host/v1?key=1#m"), HasSubstr("parameters behind ? are not sent"));
  EXPECT_THAT(problem_of("checkpoints/x"), HasSubstr("names no endpoint"));
}

TEST(Endpoint, RefusesAPasswordAndDoesNotRepeatIt) {
  EXPECT_THAT(problem_of("openai:https://me:hidden-words@host/v1#m"), AllOf(HasSubstr("no user or password"), Not(HasSubstr("hidden-words"))));
}

TEST(Endpoint, KnowsAnOrigin) {
  EXPECT_EQ(origin_of("https://host/v1/x"), origin_of("https://host:443/y"));
  EXPECT_NE(origin_of("https://host/v1/x"), origin_of("http://host/v1/x"));
  EXPECT_NE(origin_of("http://host:1/"), origin_of("http://host:2/"));
  EXPECT_EQ(origin_of("ftp://host/"), "");
  EXPECT_EQ(origin_of("no url"), "");
}

TEST(PictureForm, IsReadAndNamed) {
  EXPECT_EQ(name_of(*picture_form_named("file")), "file");
  EXPECT_EQ(name_of(*picture_form_named("png")), "png");
  EXPECT_EQ(name_of(*picture_form_named("jpeg")), "jpeg:95");
  EXPECT_EQ(name_of(*picture_form_named("jpeg:80")), "jpeg:80");
  for (const char* text : {"", "jpg", "jpeg:", "jpeg:0", "jpeg:101", "jpeg:9x"}) EXPECT_FALSE(picture_form_named(text)) << text;
}

TEST(Secret, IsMaskedWhereverItStands) {
  const Secret key("sk-0123456789");
  EXPECT_EQ(key.mask("a sk-0123456789, sk-0123456789sk-0123456789"), "a [key], [key][key]");
  EXPECT_EQ(key.header(), "Authorization: Bearer sk-0123456789");
  EXPECT_EQ(Secret("none").mask("there is none"), "there is none") << "a placeholder is no secret, and a word of replies";
}

TEST(Secret, ComesFromTheEnvironment) {
  EXPECT_TRUE(Secret::from_environment("").is_empty());
  ::unsetenv("ASSAY_TEST_KEY");
  EXPECT_THAT(message_of<ConfigError>([] { (void)Secret::from_environment("ASSAY_TEST_KEY"); }), HasSubstr("ASSAY_TEST_KEY is not set"));
  ::setenv("ASSAY_TEST_KEY", "two\r\nInjected: lines", 1);
  EXPECT_THAT(message_of<ConfigError>([] { (void)Secret::from_environment("ASSAY_TEST_KEY"); }), AllOf(HasSubstr("no header may hold"), Not(HasSubstr("Injected"))));
  ::unsetenv("ASSAY_TEST_KEY");
}

}  // namespace
}  // namespace assay
