#include "header.h"

#include <map>

namespace snnl {
namespace {

const char* const kKindNames[] = {"barrier",  "allReduce", "allGather", "broadcast",
                                  "exchange", "split",     "close"};
const char* const kTypeNames[] = {"float32", "float64", "int32"};
const char* const kOpNames[] = {"sum", "min", "max"};

}  // namespace

Header HeaderOf(const Call& call, uint64_t number) {
  double count = static_cast<double>(call.count), counts = 0;
  if (call.kind == kAllGather) {
    // Of all ranks, and a checksum that tells whose they are.
    count = 0;
    uint64_t sum = 14695981039346656037u;
    for (int each : call.counts) {
      count += each;
      sum = (sum ^ static_cast<uint64_t>(each)) * 1099511628211u;
    }
    counts = static_cast<double>(sum >> 12);
  }
  const double detail = call.kind == kAllReduce   ? static_cast<double>(call.op)
                        : call.kind == kBroadcast ? static_cast<double>(call.root)
                                                  : counts;
  const bool has_type = call.kind >= kAllReduce && call.kind <= kExchange;
  return {static_cast<double>(call.kind), has_type ? static_cast<double>(call.type) : 0.0, count,
          detail, static_cast<double>(number)};
}

std::string Describe(const Header& header) {
  const int kind = static_cast<int>(header[0]), type = static_cast<int>(header[1]);
  std::string text = kKindNames[kind];
  if (kind >= kAllReduce && kind <= kExchange) {
    text += " of " + std::to_string(static_cast<int64_t>(header[2])) + " " + kTypeNames[type];
  }
  const int detail = kind == kAllReduce || kind == kBroadcast ? static_cast<int>(header[3]) : 0;
  if (kind == kAllReduce) text += std::string(" (") + kOpNames[detail] + ")";
  if (kind == kBroadcast) text += " from rank " + std::to_string(detail);
  return text + ", call " + std::to_string(static_cast<int64_t>(header[4]));
}

std::string Mismatch(const std::vector<Header>& all) {
  std::map<std::string, std::vector<size_t>> ranks;
  for (size_t rank = 0; rank < all.size(); rank++) ranks[Describe(all[rank])].push_back(rank);
  std::string text = "all ranks make the same calls in the same order, but here ";
  if (ranks.size() == 1) return text + "their counts of elements for each rank differ";
  const char* separator = "";
  for (const auto& [what, who] : ranks) {
    text += separator + std::string(who.size() == 1 ? "rank " : "ranks ");
    separator = "; ";
    for (size_t i = 0; i < who.size() && i < 4; i++) {
      text += (i ? ", " : "") + std::to_string(who[i]);
    }
    if (who.size() > 4) text += " and " + std::to_string(who.size() - 4) + " more";
    text += (who.size() == 1 ? " makes " : " make ") + what;
  }
  return text;
}

}  // namespace snnl
